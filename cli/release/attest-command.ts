import { join } from "node:path";
import { modelsFolder } from "../../infra/stack/models";
import { loadContract } from "../../services/contract/load";
import { loadRelease } from "../../services/evidence/load";
import { InputError } from "../../services/contract/problems";
import { missingApprovals } from "../../services/contract/tiers";
import { LedgerError } from "../../services/evidence/ledger";
import { CommandLineEnd, commandLine, runCommand, unusable } from "../command-line";
import { openLedger } from "../../services/delivery/ledger-location";
import { attestApproved } from "./attest-approved";
import { actorAt } from "./record";
import { signerAt } from "./signers";
import { stackConfig } from "../stack-config";

const usage = `usage: npm run attest -- <model> --key <private key in PEM, or awskms:///alias/<name>> --ledger <where> [--stack <stack>]

Copies the approvals of the release's image from the ledger (a file *.jsonl, a folder, or s3://<audit bucket>/ledger) into its manifest,
signs it again, and puts that on record. With --stack a role that causeway:approverKeys names counts only with a signature of its keys.
Exit codes: 0 done, 1 failed, 2 an input that cannot be used.`;

/**
 * Attests the release of a model in a folder of models, and returns the exit code. Throws
 * CommandLineEnd where help is asked for.
 */
export async function main(
  argv: readonly string[],
  print: (line: string) => void = console.log,
  models: string = modelsFolder,
): Promise<number> {
  try {
    const text = { type: "string" } as const;
    const { values, positionals } = commandLine(argv, {
      usage,
      operands: 1,
      options: { key: text, ledger: text, stack: text },
    });
    const [model] = positionals;
    const { key, ledger: where, stack } = values;
    const absent = Object.entries({ "<model>": model, "--key": key, "--ledger": where }).flatMap(
      ([name, value]) => (value === undefined ? [name] : []),
    );
    if (model === undefined || key === undefined || where === undefined)
      throw unusable(`missing: ${absent.join(", ")}`, usage);
    const contract = loadContract(models, model);
    loadRelease(models, model);
    const signer = signerAt(key);
    const ledger = await openLedger(where);
    const roleKeys = stack === undefined ? [] : stackConfig(stack).approverKeys;
    const { approvals, refused } = await attestApproved({
      folder: join(models, model, "release"),
      signers: [signer],
      ledger,
      actor: actorAt(where),
      roleKeys,
    });
    for (const reason of refused) print(`does not count: ${reason}`);
    const missing = missingApprovals(contract.riskTier, approvals);
    print(
      `approvals: ${approvals.map(({ role, actor }) => `${role} by ${actor}`).join(", ") || "none"}${missing === undefined ? "" : `; still wanted: ${missing}`}`,
    );
    print(
      `signed the release of ${model} with ${signer.keyid}; commit services/models/${model}/release/`,
    );
    return 0;
  } catch (error) {
    if (error instanceof CommandLineEnd && error.code === 0) throw error;
    print(error instanceof Error ? error.message : String(error));
    return error instanceof CommandLineEnd ||
      error instanceof InputError ||
      error instanceof RangeError ||
      error instanceof TypeError ||
      error instanceof LedgerError
      ? 2
      : 1;
  }
}

if (require.main === module) void runCommand((argv) => main(argv, console.error));
