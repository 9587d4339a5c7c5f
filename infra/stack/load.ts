import { InputError, problemsOf, type Problem } from "../../services/contract/problems";
import { crossProblems } from "./problems";
import { configSchema, secretKeys, type StackConfig } from "./schema";

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
 * @throws InputError with all problems at once: unknown keys, bad values, secrets in plain text,
 *   conflicts between keys.
 */
export function parseConfig(raw: RawConfig, source: string): StackConfig {
  const input = decode(raw);
  const result = configSchema.safeParse(input);
  const plain = plainTextSecrets(raw);
  const hidden = new Set(plain.map((problem) => problem.key));
  const single = (result.success ? [] : problemsOf(result.error, input)).filter(
    (problem) => !hidden.has(topKey(problem)),
  );
  const named = new Set(single.map((problem) => problem.key));
  const cross = crossProblems(validKeys(input), Object.keys(input)).filter(
    (problem) => !named.has(problem.key),
  );
  const problems = [...single, ...cross, ...plain];
  if (!result.success || problems.length > 0) throw new InputError(source, problems);
  return result.data;
}

/** A message about a value must not repeat it where the value is a secret. */
function topKey(problem: Problem): string {
  return problem.key.replace(/[.[].*$/, "");
}

/** The keys that are valid by themselves. */
function validKeys(input: Record<string, unknown>): Partial<StackConfig> {
  const valid = Object.entries(input).filter(([key, value]) =>
    Object.entries(configSchema.shape).some(
      ([name, schema]) => name === key && schema.safeParse(value).success,
    ),
  );
  return configSchema.partial().parse(Object.fromEntries(valid));
}

/**
 * Objects, lists, numbers and booleans arrive as JSON; anything else (such as the version `1.30`)
 * stays text.
 */
function decode(raw: RawConfig): Record<string, unknown> {
  const numberKeys = new Set(["monthlyBudgetUsd"]);
  return Object.fromEntries(
    Object.entries(raw.values)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => {
        const name = key.slice(prefix.length);
        return [name, /^\s*[[{]/.test(value) || numberKeys.has(name) ? parseJson(value) : value];
      }),
  );
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
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
