import { join } from "node:path";
import { parseArgs } from "node:util";
import { modelsFolder } from "../infra/models";
import { InputError } from "../services/contract/problems";
import { attest } from "./release/attest";
import { signerAt } from "./release/signers";

const usage = "usage: npm run attest -- <model> --key <private key in PEM, or awskms:///alias/<name>>: signs its release again, as after an approval was written into the manifest";

/** Signs the release of a model in the repository, and returns the exit code. */
export function main(argv: readonly string[], print: (line: string) => void = console.log): number {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: { key: { type: "string" } } });
    const [model] = positionals;
    if (model === undefined || values.key === undefined) throw new RangeError(usage);
    const signer = signerAt(values.key);
    attest(join(modelsFolder, model, "release"), [signer]);
    print(`signed the release of ${model} with ${signer.keyid}; commit services/models/${model}/release/attestation.json`);
    return 0;
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    return error instanceof InputError || error instanceof RangeError || error instanceof TypeError ? 2 : 1;
  }
}

if (require.main === module) process.exitCode = main(process.argv.slice(2), console.error);
