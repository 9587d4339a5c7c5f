import { readFile } from "node:fs/promises";
import { mkdtempSync } from "node:fs";
import * as path from "node:path";
import { isJsonArray, isJsonObject, toJsonObject } from "./json";
import { FIELD_MANAGER_VARIABLE } from "../standins/kubernetes/provider";
import { quickEnvironment, run } from "./process";
import type { ChildProcess } from "node:child_process";
import type { JsonObject } from "./json";

/** One violation that the engine reported. */
export interface PolicyViolation {
  readonly rule: string;
  readonly level: string;
  readonly resource: string;
  readonly message: string;
}

export interface PulumiResult {
  readonly command: string;
  readonly code: number;
  /** What a person sees, both streams in one. */
  readonly output: string;
  readonly durationMs: number;
  readonly violations: readonly PolicyViolation[];
  /**
   * Counts by operation (`create`, `same`, ...) from the closing summary; empty when the command
   * did not get there.
   */
  readonly changes: Readonly<Record<string, number>>;
  /** Operation by resource, as `<type>::<name>`, of what does not stay as it is. */
  readonly operations: Readonly<Record<string, string>>;
  /** Messages of severity error, as the engine printed them. */
  readonly errors: readonly string[];
}

export interface PulumiOptions {
  /** Project folder. */
  readonly cwd: string;
  /** Folder of the file state backend. */
  readonly state: string;
  /** Folder of the CLI itself: downloaded plugins and workspace settings. */
  readonly home: string;
  /** Whether the CLI may download a plugin that it lacks. */
  readonly downloadsPlugins: boolean;
  readonly pulumi: string;
  readonly kubeconfig: string;
  /** Folders put before PATH, such as that of the stand-in plugins. */
  readonly pathFolders: readonly string[];
  /** Name under which the stand-in provider applies objects. */
  readonly fieldManager: string;
  /** Further variables of the commands. @default none */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface CommandOptions {
  readonly kubeconfig?: string;
  /**
   * Whether the state is written after every step, as by default, or once at the end: writing it is
   * most of what an `up` and a `destroy` cost.
   */
  readonly savesEachStep?: boolean;
  readonly timeoutMs?: number;
  readonly onStart?: (child: ChildProcess) => void;
  readonly onLine?: (line: string) => void;
}

const COMMAND_TIMEOUT_MS = 240_000;

/**
 * Runs the literal command lines of a platform team, with the file state backend and a passphrase.
 */
export class Pulumi {
  constructor(readonly options: PulumiOptions) {}

  /** Variables of a command; a program beside it that asks the CLI itself needs them too. */
  environment({
    kubeconfig = this.options.kubeconfig,
    savesEachStep = false,
  }: CommandOptions = {}): NodeJS.ProcessEnv {
    const { home, state, pathFolders, downloadsPlugins, fieldManager, variables } = this.options;
    return {
      ...quickEnvironment(),
      ...variables,
      PATH: [...pathFolders, process.env["PATH"]].join(path.delimiter),
      KUBECONFIG: kubeconfig,
      PULUMI_HOME: home,
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: "end-to-end",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      [FIELD_MANAGER_VARIABLE]: fieldManager,
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: String(!downloadsPlugins),
      // Without it the CLI has no --event-log.
      PULUMI_DEBUG_COMMANDS: "true",
      ...(savesEachStep ? {} : { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" }),
    };
  }

  /** `pulumi <arguments>`, as typed; no event log. */
  async plain(args: readonly string[], options: CommandOptions = {}): Promise<PulumiResult> {
    return this.execute([...args, "--non-interactive", "--color=never"], undefined, options);
  }

  /** A command on the stack, whose engine events are read back. */
  async command(args: readonly string[], options: CommandOptions = {}): Promise<PulumiResult> {
    const log = path.join(
      mkdtempSync(path.join(path.dirname(this.options.state), "events-")),
      "events.json",
    );
    return this.execute(
      [...args, "--non-interactive", "--color=never", `--event-log=${log}`],
      log,
      options,
    );
  }

  private async execute(
    args: readonly string[],
    log: string | undefined,
    options: CommandOptions,
  ): Promise<PulumiResult> {
    const lines: string[] = [];
    const onLine = (line: string): void => {
      lines.push(line);
      options.onLine?.(line);
    };
    const result = await run(this.options.pulumi, args, {
      cwd: this.options.cwd,
      env: this.environment(options),
      timeoutMs: options.timeoutMs ?? COMMAND_TIMEOUT_MS,
      onStart: options.onStart,
      onStdoutLine: onLine,
      onStderrLine: onLine,
    });
    const events =
      log === undefined ? [] : parseEvents(await readFile(log, "utf8").catch(() => ""));
    return {
      command: `pulumi ${args.join(" ")}`,
      code: result.code,
      output: lines.join("\n"),
      durationMs: result.durationMs,
      ...readEvents(events),
    };
  }
}

function parseEvents(text: string): JsonObject[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .flatMap((line) => {
      try {
        return [toJsonObject(JSON.parse(line))];
      } catch {
        return []; // The last line of a command that was killed may be cut.
      }
    });
}

function part(event: JsonObject, name: string): JsonObject | undefined {
  const value = event[name];
  return isJsonObject(value) ? value : undefined;
}

/** The given part of every event that has it. */
function parts(events: readonly JsonObject[], name: string): JsonObject[] {
  return events.map((event) => event[name]).filter(isJsonObject);
}

function text(object: JsonObject, name: string): string {
  const value = object[name];
  return typeof value === "string" ? value : "";
}

function readEvents(
  events: readonly JsonObject[],
): Pick<PulumiResult, "violations" | "changes" | "operations" | "errors"> {
  const violations = parts(events, "policyEvent").map((policy) => ({
    rule: text(policy, "policyName"),
    level: text(policy, "enforcementLevel"),
    resource: text(policy, "resourceUrn").split("::").pop() ?? "",
    message: text(policy, "message"),
  }));
  const diagnostics = parts(events, "diagnosticEvent");
  const errors = diagnostics
    .filter((diagnostic) => diagnostic["severity"] === "error")
    .map((diagnostic) => plainText(text(diagnostic, "message")));
  const steps = parts(events, "resourcePreEvent").map((event) => part(event, "metadata") ?? {});
  const changed = steps.flatMap((step): [string, string][] => {
    const [, , types = "", name = ""] = text(step, "urn").split("::");
    const operation = text(step, "op");
    return operation === "same" ? [] : [[`${types.split("$").pop() ?? ""}::${name}`, operation]];
  });
  const summary = parts(events, "summaryEvent").pop();
  const counts = Object.entries((summary && part(summary, "resourceChanges")) ?? {});
  return {
    violations,
    errors,
    operations: Object.fromEntries(changed),
    changes: Object.fromEntries(
      counts.flatMap(([name, count]): [string, number][] =>
        typeof count === "number" ? [[name, count]] : [],
      ),
    ),
  };
}

/** Engine messages carry colour marks such as `<{%reset%}>`. */
function plainText(message: string): string {
  return message.replace(/<\{%.*?%\}>/g, "").trim();
}

export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id: string;
  readonly inputs: JsonObject;
}

/** The resources in an exported state. */
export function stateResources(exported: string): StateResource[] {
  const deployment = part(toJsonObject(JSON.parse(exported)), "deployment") ?? {};
  const { resources } = deployment;
  return (isJsonArray(resources) ? resources.filter(isJsonObject) : []).map((resource) => ({
    urn: text(resource, "urn"),
    type: text(resource, "type"),
    id: text(resource, "id"),
    inputs: part(resource, "inputs") ?? {},
  }));
}
