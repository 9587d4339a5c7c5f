import { existsSync } from "node:fs";
import { join } from "node:path";
import { ledgerLocation, signingKeyLocation } from "../infra/aws/naming";
import { kmsScheme, publicKeyAt } from "../services/delivery/kms";
import { openLedger, type OpenLedger } from "../services/delivery/ledger-location";
import { publicKeysIn } from "./public-keys";
import { repository } from "./project";
import { stackConfig } from "./stack-config";

/** The help of `--checkpoint-key`. */
export const checkpointKeyHelp =
  "public keys in PEM, or awskms:///alias/<name>, that verify the ledger's checkpoints (default: the key of the stack of this repository whose ledger it is)";

/**
 * Opens a ledger as `openLedger` does. Its newest checkpoint is verified by the given key, else by
 * that of the stack of this repository whose ledger it is; of another stack's ledger no signature
 * is verified.
 * @param key a file of public keys in PEM, or a key in KMS
 */
export async function ledgerAt(location: string, key?: string): Promise<OpenLedger> {
  return openLedger(location, { checkpointKeys: await checkpointKeys(location, key) });
}

async function checkpointKeys(location: string, key?: string): Promise<readonly string[]> {
  if (!location.startsWith("s3://")) return [];
  const named = key ?? checkpointKeyOf(location);
  return named === undefined ? [] : checkpointKeysIn(named);
}

/** The public keys that `--checkpoint-key` names. */
export async function checkpointKeysIn(key: string): Promise<readonly string[]> {
  return key.startsWith(kmsScheme)
    ? [await publicKeyAt(key)]
    : publicKeysIn(key, "--checkpoint-key");
}

/** The key of the stack whose ledger it is; undefined where this repository has no such stack. */
function checkpointKeyOf(location: string): string | undefined {
  const stack = /^s3:\/\/[^/]+-causeway-([a-z0-9]+)-audit-/.exec(location)?.[1];
  if (stack === undefined || !existsSync(join(repository, `Pulumi.${stack}.yaml`)))
    return undefined;
  const config = stackConfig(stack);
  const [home = ""] = config.regions.map(({ name }) => name);
  return config.target === "aws" && ledgerLocation(config, home) === location.replace(/\/+$/, "")
    ? signingKeyLocation(config, home, "checkpoints")
    : undefined;
}
