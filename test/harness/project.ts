import { cp, mkdir, mkdtemp, readFile, symlink, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { Pulumi } from "./lib/pulumi";
import { runOrThrow } from "./lib/process";
import type { CommandOptions, PulumiOptions, PulumiResult } from "./lib/pulumi";
import { build, type Plugin } from "esbuild";
import type { JsonObject } from "./lib/json";
import { fixtureProject } from "./fixtures";

export const REPOSITORY = path.resolve(__dirname, "..", "..");
export const STACK = "local";

/**
 * What a project is made of; the rest of the repository is neither needed by `pulumi` nor copied.
 */
const PARTS = ["Pulumi.yaml", "package.json", "tsconfig.json", "infra", "policies", "services"];
const LEFT_OUT = new Set([".venv", "node_modules", "__pycache__", ".pytest_cache", "out"]);
/** What the fixtures have in their place. */
const OF_ITS_OWNER = new Set(["services/models", "policies/config"]);

/** Copies the program of the working tree into a folder, with the stacks and model of the fixtures. */
export async function copyProject(folder: string): Promise<void> {
  await cp(fixtureProject, folder, { recursive: true });
  await Promise.all(
    PARTS.map((part) =>
      cp(path.join(REPOSITORY, part), path.join(folder, part), {
        recursive: true,
        filter: (source) =>
          !LEFT_OUT.has(path.basename(source)) &&
          !OF_ITS_OWNER.has(path.relative(REPOSITORY, source)),
      }),
    ),
  );
  await symlink(path.join(REPOSITORY, "node_modules"), path.join(folder, "node_modules"));
}

/** Compiles the policy pack, as `npm run build` does. */
export async function buildPolicyPack(): Promise<void> {
  await runOrThrow("npm", ["run", "--silent", "build"], { cwd: REPOSITORY });
}

export interface ProjectOptions extends Omit<PulumiOptions, "cwd" | "state"> {
  /** Folder in which the copy is made. */
  readonly folder: string;
  /** Whether the copy runs its program compiled, or as `Pulumi.yaml` says. */
  readonly compiled: boolean;
  /** @default local */
  readonly stack?: string;
}

export interface UpOptions extends CommandOptions {
  readonly skipPreview?: boolean;
  /** Runs without the policy pack, where the test is about something else. */
  readonly unjudged?: boolean;
}

/**
 * A copy of the program with the stacks of the fixtures and its own state, so that tests neither
 * touch nor depend on the stack files of the repository.
 */
export class Project {
  private constructor(
    readonly folder: string,
    readonly cli: Pulumi,
    readonly stack: string,
  ) {}

  static async create(options: ProjectOptions): Promise<Project> {
    const root = await mkdtemp(path.join(options.folder, "project-"));
    const folder = path.join(root, "causeway");
    const state = path.join(root, "state");
    await mkdir(state);
    await copyProject(folder);
    const { stack = STACK } = options;
    const project = new Project(folder, new Pulumi({ ...options, cwd: folder, state }), stack);
    const created = await project.cli.plain(["stack", "init", stack]);
    if (created.code !== 0)
      throw new Error(`${created.command} exited with ${created.code}\n${created.output}`);
    if (options.compiled) await compileProgram(project);
    return project;
  }

  private get policyFlags(): string[] {
    return [
      "--policy-pack",
      "policies",
      "--policy-pack-config",
      path.join("policies", "config", `${this.stack}.json`),
    ];
  }

  preview(options?: CommandOptions): Promise<PulumiResult> {
    return this.cli.command(["preview", "--stack", this.stack, ...this.policyFlags], options);
  }

  up({ skipPreview = false, unjudged = false, ...options }: UpOptions = {}): Promise<PulumiResult> {
    return this.cli.command(
      [
        "up",
        "--yes",
        "--stack",
        this.stack,
        ...(unjudged ? [] : this.policyFlags),
        ...(skipPreview ? ["--skip-preview"] : []),
      ],
      options,
    );
  }

  // What `refresh` and `destroy` would do is the same in their preview, which has nobody to confirm
  // it here.
  refresh(options?: CommandOptions): Promise<PulumiResult> {
    return this.cli.command(["refresh", "--yes", "--skip-preview", "--stack", this.stack], options);
  }

  destroy(options?: CommandOptions): Promise<PulumiResult> {
    return this.cli.command(["destroy", "--yes", "--skip-preview", "--stack", this.stack], options);
  }

  /** The state as `pulumi stack export` prints it, with secrets in the clear. */
  async export(): Promise<string> {
    const result = await this.cli.plain([
      "stack",
      "export",
      "--show-secrets",
      "--stack",
      this.stack,
    ]);
    if (result.code !== 0)
      throw new Error(`${result.command} exited with ${result.code}\n${result.output}`);
    return result.output.slice(result.output.indexOf("{"));
  }

  async write(file: string, text: string): Promise<void> {
    await writeFile(path.join(this.folder, file), text);
  }

  /**
   * Changes a file of the copy; a text that is not there is an error, so that a test cannot
   * silently test nothing.
   */
  async replace(file: string, from: string | RegExp, to: string): Promise<void> {
    const text = await readFile(path.join(this.folder, file), "utf8");
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`${file} has no ${String(from)}`);
    await this.write(file, changed);
  }
}

/**
 * A change to resources that the program registers, made before the engine and its policies see
 * them.
 */
export interface Mutation {
  /** Type token, such as `kubernetes:argoproj.io/v1alpha1:Rollout`. */
  readonly type: string;
  /** Path in the resource's inputs, such as `spec.template.spec.containers[*].image`. */
  readonly path: string;
  /** The new value; leave it out to remove the field. */
  readonly value?: unknown;
}

export interface Variant {
  readonly mutations?: readonly Mutation[];
  /** Kubernetes objects that the variant registers besides those of the program. */
  readonly extraObjects?: readonly JsonObject[];
}

/**
 * Runs the unchanged program under a transformation; written into a copy of the project, never into
 * the repository.
 */
const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { readFileSync } from "node:fs";
import { join } from "node:path";

function steps(path) {
  return [...path.matchAll(/\\["([^"]*)"\\]|\\[(\\*|\\d+)\\]|([^.[\\]]+)/g)].map((match) => match[1] ?? match[2] ?? match[3]);
}

function change(target, [step, ...rest], value) {
  if (step === undefined) return value;
  if (pulumi.Output.isInstance(target) || target instanceof Promise) return pulumi.output(target).apply((known) => change(known, [step, ...rest], value));
  if (Array.isArray(target)) return target.map((item, index) => (step === "*" || Number(step) === index ? change(item, rest, value) : item));
  return { ...target, [step]: change(target?.[step], rest, value) };
}

export = async function variant() {
  const { mutations = [], extraObjects = [] } = JSON.parse(readFileSync(join(__dirname, "e2e-variant.json"), "utf8"));
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) => ({
    props: mutations.filter((mutation) => mutation.type === type).reduce((changed, { path, value }) => change(changed, steps(path), value), props),
    opts,
  }));
  extraObjects.forEach((object, index) => new CustomResource("e2e-extra-" + index, object));
  return require("./index")();
};
`;

const PROGRAM_FILE = "infra/e2e-variant.ts";

const COMPILED_FILE = "infra/e2e-variant.cjs";

/**
 * Makes the project's copy run as the variant from now on; an empty variant is the program as it
 * is.
 */
export async function useVariant(project: Project, variant: Variant): Promise<void> {
  await project.write(PROGRAM_FILE, PROGRAM.trimStart());
  await project.write("infra/e2e-variant.json", JSON.stringify(variant, null, 2));
  await project
    .replace("Pulumi.yaml", /^main: infra\/index\.ts$/m, `main: ${PROGRAM_FILE}`)
    .catch(() => undefined);
}

/** In one file all modules would have its folder for theirs, but some find files beside them. */
const ownFolders: Plugin = {
  name: "own-folders",
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]infra[\\/].*\.ts$/ }, async ({ path: file }) => ({
      contents: (await readFile(file, "utf8")).replaceAll(
        "__dirname",
        JSON.stringify(path.dirname(file)),
      ),
      loader: "ts",
    })),
};

/**
 * Makes the copy run its program compiled into one file, which starts in half the processor time.
 */
export async function compileProgram(project: Project): Promise<void> {
  await useVariant(project, {});
  await build({
    entryPoints: [path.join(project.folder, PROGRAM_FILE)],
    outfile: path.join(project.folder, COMPILED_FILE),
    bundle: true,
    plugins: [ownFolders],
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["@pulumi/*"],
    logLevel: "error",
    // Each resource records its stack, and the SDK's runner maps every frame of it to a source that
    // does not exist here.
    banner: { js: "Error.prepareStackTrace = undefined;" },
  });
  await project.replace("Pulumi.yaml", PROGRAM_FILE, COMPILED_FILE);
  // A process of seconds gains nothing from the optimising compiler, and lives shorter than its
  // young objects would need copying.
  await project.replace(
    "Pulumi.yaml",
    /^( *nodeargs: ).*$/m,
    "$1--no-opt --max-semi-space-size=64",
  );
}
