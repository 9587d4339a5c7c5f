import * as path from "node:path";
import { build } from "esbuild";
import type { JsonObject } from "./lib/json";
import type { Project } from "./project";

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

/**
 * Makes the copy run its program compiled into one file, which starts in half the processor time.
 */
export async function compileProgram(project: Project): Promise<void> {
  await useVariant(project, {});
  await build({
    entryPoints: [path.join(project.folder, PROGRAM_FILE)],
    outfile: path.join(project.folder, COMPILED_FILE),
    bundle: true,
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
