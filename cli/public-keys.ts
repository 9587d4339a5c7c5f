import { existsSync, readFileSync } from "node:fs";
import { isFile } from "../services/contract/files";
import { InputError } from "../services/contract/problems";
import { pemBlocks, publicKeyIn } from "../services/evidence/attestation";

/** The public keys in a file that an option names. Throws InputError for a file of anything else. */
export function publicKeysIn(file: string, option: string): readonly string[] {
  const keys = pemBlocks(isFile(file) ? readFileSync(file, "utf8") : "");
  if (keys.length > 0 && keys.every((key) => publicKeyIn(key) !== undefined)) return keys;
  throw new InputError(option, [
    {
      key: file,
      got: !existsSync(file) ? undefined : isFile(file) ? "another text" : "a folder",
      allowed: "a file of public keys in PEM, ed25519 or ECDSA on P-256",
    },
  ]);
}
