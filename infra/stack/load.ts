import { z } from "zod";
import { jsonOrNothing } from "../../services/contract/json";
import {
  InputError,
  noSuchKey,
  pathName,
  problemsOf,
  type Problem,
} from "../../services/contract/problems";
import { crossProblems } from "./problems";
import {
  awsConfigSchema,
  clusterConfigSchema,
  configSchema,
  schemaByTarget,
  secretKeys,
  type StackConfig,
} from "./schema";

const prefix = "causeway:";
const secretLooking =
  /(AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY-----|ghp_[A-Za-z0-9]{36}|xox[baprs]-|:\/\/[^/\s:@]+:[^/\s:@]+@)/;

/**
 * What the engine hands to a program: every key as text, objects as JSON, and which keys are
 * encrypted.
 */
export interface RawConfig {
  /** Full key (`causeway:regions`) to its text. */
  readonly values: Readonly<Record<string, string>>;
  /** Full keys whose values are encrypted in the stack file. */
  readonly secrets: ReadonlySet<string>;
}

/**
 * Validates a stack's configuration.
 * @param stack name of the stack
 * @param source file that messages name
 * @throws InputError with all problems at once: unknown keys, bad values, secrets in plain text,
 *   conflicts between keys.
 */
export function parseConfig(raw: RawConfig, stack: string, source: string): StackConfig {
  const input = decode(raw);
  const result = configSchema.safeParse(input);
  const plain = plainTextSecrets(raw);
  const hidden = new Set(plain.map((problem) => problem.key));
  const single = singleProblems(input).filter((problem) => !hidden.has(topKey(problem)));
  const named = new Set(single.map((problem) => problem.key));
  const cross = crossProblems({ ...soundKeys(input), stack }, Object.keys(input)).filter(
    (problem) => !named.has(problem.key),
  );
  const problems = [...single, ...cross, ...plain, ...namespaceProblems(raw)];
  if (!result.success || problems.length > 0) throw new InputError(source, problems);
  return { ...result.data, stack };
}

/** Namespaces of keys that the program's packages read. */
export const packageNamespaces = [
  "pulumi",
  "aws",
  "kubernetes",
  "docker",
  "docker-build",
  "random",
];

/** A key that nobody reads: its namespace, or the project's name before a key without one, is wrong. */
function namespaceProblems({ values }: RawConfig): Problem[] {
  return Object.keys(values).flatMap((key) => {
    const [namespace = "", ...rest] = key.split(":");
    if (key.startsWith(prefix) || packageNamespaces.includes(namespace)) return [];
    return [
      {
        key: pathName([key]),
        got: "a key that nothing reads",
        allowed: `${prefix}${rest.join(":")}, or the namespace of a package: ${packageNamespaces.join(", ")}`,
      },
    ];
  });
}

/** A message about a value must not repeat it where the value is a secret. */
function topKey(problem: Problem): string {
  return problem.key.replace(/[.[].*$/, "");
}

/**
 * What is wrong with each key by itself; for a target that does not exist, what is wrong whichever
 * is meant.
 */
function singleProblems(input: Record<string, unknown>): Problem[] {
  const onAws = problemsBy(awsConfigSchema, input);
  const onCluster = problemsBy(clusterConfigSchema, input);
  if (input["target"] === "aws") return onAws;
  if (input["target"] !== "kubernetes")
    return onAws.filter(({ key }) => onCluster.some((other) => other.key === key));
  const unknownOnAws = new Set(keysThatAreUnknown(onAws));
  return onCluster.map((problem) =>
    problem.allowed === noSuchKey && !unknownOnAws.has(problem.key)
      ? { ...problem, allowed: "no value, because target is kubernetes" }
      : problem,
  );
}

function keysThatAreUnknown(problems: readonly Problem[]): string[] {
  return problems.filter(({ allowed }) => allowed === noSuchKey).map(({ key }) => key);
}

function problemsBy(schema: z.ZodType, input: unknown): Problem[] {
  const { error } = schema.safeParse(input);
  return error === undefined ? [] : problemsOf(error, input);
}

/**
 * The keys that are valid by themselves, or would be without the parts of them that are wrong, and
 * the defaults of those that are not given. Where the target is none, by the one that has less
 * against the other keys.
 */
function soundKeys(input: Record<string, unknown>) {
  const unsound = new Set<string>();
  const sound = (shape: z.core.$ZodShape) =>
    Object.fromEntries(
      Object.entries(input).flatMap(([key, value]) => {
        const schema = Object.hasOwn(shape, key) ? shape[key] : undefined;
        const part = schema === undefined ? undefined : soundPart(schema, value);
        if (part === undefined) unsound.add(key);
        return part === undefined ? [] : [[key, part]];
      }),
    );
  const keys =
    likelyTarget(input) === "kubernetes"
      ? clusterConfigSchema
          .partial()
          .parse({ ...sound(clusterConfigSchema.shape), target: "kubernetes" })
      : awsConfigSchema.partial().parse({ ...sound(awsConfigSchema.shape), target: "aws" });
  unsound.delete("target");
  for (const key of unsound) Reflect.deleteProperty(keys, key);
  return keys;
}

const scalarTypes: ReadonlySet<unknown> = new Set(["number", "integer", "boolean"]);

/** Keys of numbers and booleans, which the engine hands over as text. */
const jsonKeys: ReadonlySet<string> = new Set(
  Object.values(schemaByTarget)
    .flatMap(({ properties = {} }) => Object.entries(properties))
    .filter(([, key]) => typeof key === "object" && scalarTypes.has(key.type))
    .map(([name]) => name),
);

function likelyTarget(input: Record<string, unknown>): StackConfig["target"] {
  const { target } = input;
  if (target === "aws" || target === "kubernetes") return target;
  const [onAws, onCluster] = [awsConfigSchema, clusterConfigSchema].map(
    (schema) => problemsBy(schema, input).length,
  );
  return (onCluster ?? 0) < (onAws ?? 0) ? "kubernetes" : "aws";
}

/** A value without its unknown and malformed fields, undefined where the rest is not valid either. */
function soundPart(schema: z.core.$ZodType, value: unknown): unknown {
  const { error } = z.safeParse(schema, value);
  if (error === undefined) return value;
  const part: unknown = structuredClone(value);
  for (const issue of error.issues)
    for (const path of issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => [...issue.path, key])
      : [issue.path])
      removeField(part, path);
  return z.safeParse(schema, part).success ? part : undefined;
}

/** Removes a field of a mapping; items of lists stay, so that the others keep their places. */
function removeField(value: unknown, path: readonly PropertyKey[]): void {
  const [first, ...rest] = path;
  if (first === undefined || typeof value !== "object" || value === null) return;
  if (rest.length > 0) removeField(Reflect.get(value, first), rest);
  else if (!Array.isArray(value)) Reflect.deleteProperty(value, first);
}

/**
 * Objects, lists, numbers and booleans arrive as JSON; anything else (such as the version `1.30`)
 * stays text.
 */
function decode(raw: RawConfig): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(raw.values)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => {
        const name = key.slice(prefix.length);
        return [
          name,
          /^\s*[[{]/.test(value) || jsonKeys.has(name) ? (jsonOrNothing(value) ?? value) : value,
        ];
      }),
  );
}

function plainTextSecrets(raw: RawConfig): Problem[] {
  return Object.entries(raw.values).flatMap(([key, value]) => {
    const name = key.startsWith(prefix) ? key.slice(prefix.length) : key;
    if (raw.secrets.has(key)) return [];
    const mustBeSecret = secretKeys.some((secret) => secret === name);
    if (!mustBeSecret && !secretLooking.test(value)) return [];
    return [
      {
        key: name,
        got: "a secret in plain text (not shown)",
        allowed: `an encrypted value: pulumi config set --secret ${key} ...`,
      },
    ];
  });
}
