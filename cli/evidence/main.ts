import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import program from "../../infra";
import { modelsFolder } from "../../infra/stack/models";
import { rules } from "../../policies/rules";
import { modelNames } from "../../services/contract/load";
import { InputError } from "../../services/contract/problems";
import { LedgerError } from "../../services/evidence/ledger";
import { CommandLineEnd, commandLine, runCommand, unusable } from "../command-line";
import { openLedger } from "../../services/delivery/ledger-location";
import { planStack, type StackPlan } from "../plan/plan";
import { stackNames } from "../plan/stack-file";
import { signerAt } from "../release/signers";
import { trustedKeys } from "../release/verify";
import { archive } from "./archive";
import { collect } from "./collect";
import { verifyEvidence, type EvidenceOptions } from "./verify";
import { digestOf } from "../../services/contract/digests";

const project = resolve(__dirname, "..", "..");
/** What was done to the models of the repository before there was an audit bucket. */
const ownLedger = join(modelsFolder, "ledger.jsonl");

const usage = `usage: npm run evidence -- <model> [--ledger <where>] [--stack <stack>]... [--key <private key>] [--out <file>]
       npm run evidence -- --verify <file> [--trusted-key <public keys in PEM> | --stack <stack>] [--digest sha256:...] [--head <hash>]

Exports one archive with all evidence of a model, or verifies one with no network.

  --ledger   a file *.jsonl, a folder, or s3://<audit bucket>/ledger  (default: services/models/ledger.jsonl)
  --stack    judge only this stack; may be repeated (default: all). With --verify: trust its keys
  --key      private key in PEM, or awskms:///alias/<name>, that signs the archive
  --out      (default: out/evidence-<model>-<version>.tar.gz)
  --digest, --head   digest of the archive, and hash of the ledger's last entry, as they came another way

Exit codes: 0 done, 1 something does not match, 2 an input that cannot be used.`;

type Print = (line: string) => void;

/** Exports or verifies, and returns the exit code. */
export async function main(argv: readonly string[], print: Print = console.log): Promise<number> {
  try {
    const text = { type: "string" } as const;
    const { values, positionals } = commandLine(argv, {
      usage,
      operands: 1,
      options: {
        ledger: text,
        out: text,
        key: text,
        verify: text,
        digest: text,
        head: text,
        "trusted-key": text,
        stack: { type: "string", multiple: true },
      },
    });
    const { verify, stack: stacks = [], digest, head } = values;
    if (verify !== undefined)
      return await verifyFile(
        verify,
        { trusted: trustedKeys(values["trusted-key"], stacks[0]), digest, head },
        print,
      );
    const [model] = positionals;
    if (model === undefined)
      throw unusable(
        `model: got nothing, allowed: ${modelNames(modelsFolder).join(", ")}; or --verify <file>`,
        usage,
      );
    if (!modelNames(modelsFolder).includes(model))
      throw new InputError("command line", [
        { key: "model", got: model, allowed: modelNames(modelsFolder).join(", ") },
      ]);
    return await exportEvidence({ model, stacks, ...values }, print);
  } catch (error) {
    if (error instanceof CommandLineEnd) return (print(error.message), error.code);
    if (!(
      error instanceof InputError ||
      error instanceof RangeError ||
      error instanceof TypeError ||
      error instanceof LedgerError
    ))
      throw error;
    print(error.message);
    return error instanceof LedgerError ? 1 : 2;
  }
}

interface Export {
  readonly model: string;
  readonly stacks: readonly string[];
  readonly ledger?: string | undefined;
  readonly out?: string | undefined;
  readonly key?: string | undefined;
}

async function exportEvidence(
  { model, stacks, ledger, out, key }: Export,
  print: Print,
): Promise<number> {
  const signer = key === undefined ? undefined : signerAt(key);
  const opened = await openLedger(ledger ?? ownLedger);
  const [entries, counting] = [await opened.chain(), await opened.entries()];
  const plans = await planned(stacks, print);
  const bytes = await archive(
    collect({ project, model, ledger: entries, counting, plans, rules, signer }),
  );
  const { mismatches, files, summary } = await verifyEvidence(bytes, { trusted: [] });
  if (mismatches.length > 0 || summary === undefined) {
    print("nothing is exported, since the evidence does not hold:");
    for (const { file, message } of mismatches) print(`  ${file} ${message}`);
    return 1;
  }
  const target = out ?? join(project, "out", `evidence-${model}-${summary.version}.tar.gz`);
  mkdirSync(dirname(resolve(target)), { recursive: true });
  writeFileSync(target, bytes);
  print(
    `${target}: ${files} files, ${(bytes.length / 1024).toFixed(0)} KiB, ${digestOf(bytes)}${signer === undefined ? "" : `, signed with ${signer.keyid}`}`,
  );
  for (const finding of summary.findings) print(`  finding: ${finding}`);
  return 0;
}

async function planned(stacks: readonly string[], print: Print): Promise<StackPlan[]> {
  const plans: StackPlan[] = [];
  for (const stack of stacks.length > 0 ? stacks : stackNames(project)) {
    const plan = await planStack({ project, stack, program, rules });
    const { mandatory, advisory } = {
      mandatory: plan.judgement.violations.filter(({ enforcement }) => enforcement === "mandatory")
        .length,
      advisory: plan.judgement.violations.filter(({ enforcement }) => enforcement === "advisory")
        .length,
    };
    print(
      `stack ${stack}: ${plan.resources.length} resources, ${plan.judgement.rules.length} rules, ${mandatory} mandatory and ${advisory} advisory violations`,
    );
    plans.push(plan);
  }
  return plans;
}

async function verifyFile(file: string, options: EvidenceOptions, print: Print): Promise<number> {
  if (!existsSync(file))
    throw new InputError("--verify", [
      { key: file, got: undefined, allowed: "a file that npm run evidence wrote" },
    ]);
  const { mismatches, files, summary, signature } = await verifyEvidence(
    readFileSync(file),
    options,
  );
  if (mismatches.length > 0) {
    print(`${file} does not verify:`);
    for (const mismatch of mismatches) print(`  ${mismatch.file} ${mismatch.message}`);
    return 1;
  }
  const words = {
    trusted: "signed by a trusted key",
    unchecked: "signed; give --trusted-key or --stack to verify by whom",
    none: "not signed: compare its digest with one that came another way",
    untrusted: "",
  } as const;
  print(`${file}: ${files} files hold; ${words[signature]}`);
  if (summary !== undefined)
    print(
      `${summary.model} ${summary.version}; ${summary.ledger.entries} ledger entries, the last ${summary.ledger.head ?? "none"}; gates held ${summary.gates.held}, failed ${summary.gates.failed.length}; ${summary.approvals.length} approvals; ${summary.verdicts.length} verdicts`,
    );
  for (const finding of summary?.findings ?? []) print(`  finding: ${finding}`);
  return 0;
}

if (require.main === module) {
  void runCommand((argv) => main(argv));
}
