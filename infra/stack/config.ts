import * as pulumi from "@pulumi/pulumi";
import { parseConfig } from "./load";
import type { StackConfig } from "./schema";

/** The validated configuration of the running stack. Throws InputError with all problems. */
export function stackConfig(): StackConfig {
  const stack = pulumi.getStack();
  return parseConfig(
    { values: pulumi.runtime.allConfig(), secrets: encryptedKeys() },
    stack,
    `Pulumi.${stack}.yaml`,
  );
}

/**
 * The language host names the encrypted keys in this variable; the SDK's own reader of it is
 * internal.
 */
function encryptedKeys(): Set<string> {
  const keys: unknown = JSON.parse(process.env["PULUMI_CONFIG_SECRET_KEYS"] ?? "[]");
  return new Set(Array.isArray(keys) ? keys.filter((key) => typeof key === "string") : []);
}
