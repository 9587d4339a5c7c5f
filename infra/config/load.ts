import { z } from "zod";
import { InputError, parseOrThrow, problemsOf, type Problem } from "../../services/contract/problems";
import { days } from "../../services/contract/units";
import { minimumLogDays } from "../../services/contract/contract";
import { configSchema, secretKeys, type StackConfig } from "./schema";

const prefix = "causeway:";
const secretLooking = /(AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY-----|ghp_[A-Za-z0-9]{36}|xox[baprs]-|:\/\/[^/\s:@]+:[^/\s:@]+@)/;

/** What the engine hands to a program: every key as text, objects as JSON, and which keys are encrypted. */
export interface RawConfig {
  /** Full key (`causeway:regions`) to its text. */
  readonly values: Readonly<Record<string, string>>;
  /** Full keys whose values are encrypted in the stack file. */
  readonly secrets: ReadonlySet<string>;
}

/**
 * Validates a stack's configuration.
 * @throws InputError with all problems at once: unknown keys, bad values, secrets in plain text.
 */
export function parseConfig(raw: RawConfig, source: string): StackConfig {
  const input = decode(raw);
  const plain = plainTextSecrets(raw);
  const result = configSchema.safeParse(input);
  const problems = [...(result.success ? [] : problemsOf(result.error, input)), ...plain, ...retentionProblems(input)];
  if (problems.length > 0) throw new InputError(source, problems);
  return parseOrThrow(configSchema, input, source);
}

/** The JSON Schema of the stack files' `config` block, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema, { io: "input" });
  const properties = Object.fromEntries(Object.entries(schema.properties ?? {}).map(([key, value]) => [prefix + key, value]));
  const required = (schema.required ?? []).map((key) => prefix + key);
  return {
    $schema: schema.$schema,
    title: "Causeway stack configuration",
    type: "object",
    properties: { config: { type: "object", properties, required, patternProperties: { "^(?!causeway:)[a-z]+:": {} }, additionalProperties: false } },
    required: ["config"],
  };
}

/** Objects, lists, numbers and booleans arrive as JSON; anything else (such as the version `1.30`) stays text. */
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
    return [{ key: name, got: "a secret in plain text (not shown)", allowed: `an encrypted value: pulumi config set --secret ${key} ...` }];
  });
}

function retentionProblems(input: Record<string, unknown>): Problem[] {
  const value = input["auditRetention"];
  if (typeof value !== "string" || !/^\d+ days?$/.test(value) || days(value) >= minimumLogDays) return [];
  return [{ key: "auditRetention", got: value, allowed: `at least ${minimumLogDays} days (EU AI Act Art. 19, 26(6))` }];
}
