import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RetrainingSettings } from "../../../infra/workflows/retraining/definition";
import { outputsFolder } from "../../../infra/workflows/retraining/step";
import { workflowTemplate } from "../../../infra/workflows/retraining/template";
import { run, type RunResult } from "../../harness/lib/process";
import { fixtureProject } from "../../harness/fixtures";
import { images } from "./manifests";

/**
 * Phase of a node as Argo Workflows names it; a step whose condition does not hold is skipped, one
 * whose `depends` cannot hold any more is omitted.
 */
export type Phase = "Succeeded" | "Failed" | "Error" | "Skipped" | "Omitted";

interface Parameter {
  readonly name: string;
  readonly value: string;
}

/** A task of the DAG with its template, as the manifest has them. */
interface Task {
  readonly name: string;
  readonly depends: readonly string[];
  readonly when: string | undefined;
  readonly inputs: readonly Parameter[];
  readonly template: Template;
}

interface Template {
  readonly name: string;
  readonly suspend?: unknown;
  readonly container?: {
    readonly image: string;
    readonly command: readonly string[];
    readonly args: readonly string[];
  };
  readonly outputs?: {
    readonly parameters: readonly {
      readonly name: string;
      readonly valueFrom: { readonly path?: string; readonly default?: string };
    }[];
  };
}

/** How a command of a step is carried out. */
export interface Executor {
  readonly python: string;
  readonly env: NodeJS.ProcessEnv;
  /** Takes the place of the folder of outputs in the container. */
  readonly folder: string;
  /** Carries out the promoter, with its arguments; the exit code. */
  readonly promoter: (args: readonly string[]) => Promise<number>;
  /** Carries out the recorder of a run's facts, with its arguments; the exit code. */
  readonly recorder: (args: readonly string[]) => Promise<number>;
  /** Carries out what counts a run as an attempt, with its arguments; the exit code. */
  readonly counter: (args: readonly string[]) => Promise<number>;
  /** Arguments that every training step gets besides those of the manifest. */
  readonly more: readonly string[];
}

/** What a person answers at the suspended node; nothing lets its time pass. */
export type Answer = string | undefined;

/**
 * A run of a generated WorkflowTemplate on this machine. Order, conditions, commands, arguments and
 * outputs are those of the manifest; of a container only `python`, the promoter and the folder of
 * outputs are this machine's.
 */
export class LocalRun {
  readonly phases = new Map<string, Phase>();
  readonly log: string[] = [];
  private readonly outputs = new Map<string, string>();
  private readonly tasks: readonly Task[];
  private readonly parameters: ReadonlyMap<string, string>;

  constructor(
    private readonly name: string,
    settings: RetrainingSettings,
    given: Readonly<Record<string, string>>,
    private readonly executor: Executor,
  ) {
    const manifest = JSON.parse(
      JSON.stringify(workflowTemplate(settings, images, given["server"] ?? "")),
    ) as {
      spec: {
        entrypoint: string;
        arguments: { parameters: { name: string; value: string }[] };
        templates: (Template & {
          dag?: {
            tasks: {
              name: string;
              template: string;
              depends?: string;
              when?: string;
              arguments?: { parameters: Parameter[] };
            }[];
          };
        })[];
      };
    };
    const { entrypoint, templates } = manifest.spec;
    const template = (name: string) =>
      templates.find((each) => each.name === name) ?? assert.fail(`no template ${name}`);
    this.tasks = (template(entrypoint).dag?.tasks ?? []).map(
      ({ name: task, template: of, depends, when, arguments: passed }) => ({
        name: task,
        when,
        inputs: passed?.parameters ?? [],
        depends: depends === undefined ? [] : depends.split(" && "),
        template: template(of),
      }),
    );
    this.parameters = new Map([
      ...manifest.spec.arguments.parameters.map(({ name: key, value }): [string, string] => [
        key,
        value,
      ]),
      ...Object.entries(given),
    ]);
  }

  /** Names of the tasks in the order in which they can run. */
  get order(): string[] {
    return this.tasks.map(({ name }) => name);
  }

  /**
   * Carries out what can be carried out. `killed` names a step whose process is killed; a step that
   * succeeded is not run again, as `argo retry` does.
   */
  async go({
    killed,
    answer,
  }: { readonly killed?: string | undefined; readonly answer?: Answer } = {}): Promise<void> {
    for (const [task, phase] of this.phases) if (phase !== "Succeeded") this.phases.delete(task);
    for (const task of this.tasks) {
      if (this.phases.has(task.name)) continue;
      // The tasks come in order, so whatever a task waits for is settled.
      const ready = task.depends.every(
        (dependency) =>
          this.phases.get(
            /^([a-z]+)\.Succeeded$/.exec(dependency)?.[1] ??
              assert.fail(`not understood: ${dependency}`),
          ) === "Succeeded",
      );
      if (!ready) this.phases.set(task.name, "Omitted");
      else if (task.when !== undefined && !this.holds(task.when))
        this.phases.set(task.name, "Skipped");
      else this.phases.set(task.name, await this.carryOut(task, killed === task.name, answer));
    }
  }

  /** Steps that ran or tried to. */
  get tried(): string[] {
    return [...this.phases]
      .filter(([, phase]) => phase !== "Omitted" && phase !== "Skipped")
      .map(([name]) => name);
  }

  private holds(when: string): boolean {
    const [left, right] = this.filled(when).split(" == ");
    return left === right;
  }

  private filled(text: string): string {
    return text
      .replaceAll("{{workflow.name}}", this.name)
      .replaceAll(
        /\{\{workflow\.parameters\.([a-z]+)\}\}/g,
        (_, key: string) => this.parameters.get(key) ?? assert.fail(`no parameter ${key}`),
      )
      .replaceAll(
        /\{\{tasks\.([a-z]+)\.outputs\.parameters\.([a-z]+)\}\}/g,
        (_, task: string, key: string) =>
          this.outputs.get(`${task}/${key}`) ?? assert.fail(`no output ${key} of ${task}`),
      );
  }

  private async carryOut(
    { name, template, inputs }: Task,
    isKilled: boolean,
    answer: Answer,
  ): Promise<Phase> {
    const [parameter] = template.outputs?.parameters ?? [];
    if (template.suspend !== undefined) {
      this.outputs.set(
        `${name}/${parameter?.name}`,
        answer ?? parameter?.valueFrom.default ?? assert.fail("no default"),
      );
      return "Succeeded";
    }
    const { command = [], args = [] } = template.container ?? {};
    const taken = new Map(inputs.map((input) => [input.name, this.filled(input.value)]));
    const fill = (text: string) =>
      this.filled(text).replaceAll(
        /\{\{inputs\.parameters\.([a-z]+)\}\}/g,
        (_, key: string) => taken.get(key) ?? assert.fail(`no input ${key}`),
      );
    assert.ok(
      !args.some((argument) => argument.includes("{{tasks.")),
      `a container knows no outputs of tasks, only inputs of its template: ${name}`,
    );
    const own = args.map((argument) => fill(argument).replace(outputsFolder, this.executor.folder));
    const code = await (command[0] === "python"
      ? this.python(
          [...command.slice(1), ...own, ...(name === "admit" ? [] : this.executor.more)],
          isKilled,
        )
      : await this.delivery(command[1] ?? "", own));
    if (code === 0 && parameter?.valueFrom.path !== undefined)
      this.outputs.set(
        `${name}/${parameter.name}`,
        readFileSync(parameter.valueFrom.path.replace(outputsFolder, this.executor.folder), "utf8"),
      );
    return code === 0 ? "Succeeded" : code > 3 ? "Error" : "Failed";
  }

  private delivery(program: string, args: readonly string[]): Promise<number> {
    const { recorder, counter, promoter } = this.executor;
    const programs = new Map([
      ["/app/record-run.js", recorder],
      ["/app/record-attempt.js", counter],
      ["/app/promote.js", promoter],
    ]);
    return (programs.get(program) ?? assert.fail(`no program ${program}`))(args);
  }

  private async python(args: readonly string[], isKilled: boolean): Promise<number> {
    const { code, stdout, stderr }: RunResult = await run(this.executor.python, args, {
      cwd: fixtureProject,
      env: this.executor.env,
      // At once, so that no step is quicker; a kill in the middle of each step is what
      // services/training/tests/test_kill.py tries.
      onStart: (child) => void (isKilled && child.kill("SIGKILL")),
    });
    this.log.push(`${stdout}${stderr}`.trim());
    return code;
  }
}

/** Digest of everything in a folder, or nothing where there is none. */
export function contentsOf(folder: string, files: readonly string[]): string {
  return existsSync(folder)
    ? files.map((file) => readFileSync(join(folder, file)).toString("base64")).join("\n")
    : "";
}
