import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import program from "../../infra";
import { modelsOf } from "../../services/contract/files";
import { rules } from "../../policies/rules";
import { digestOf } from "../../services/contract/digests";
import { jsonHelp, keyHelp, ledgerHelp, repeated, type CommandLine } from "../command";
import { VerbError } from "../exit-codes";
import { checkpointKeyHelp, ledgerAt } from "../ledger";
import { modelIn, projectHelp, repository } from "../project";
import { planStack, type StackPlan } from "../plan/plan";
import { stackNames } from "../plan/stack-file";
import { signerAt } from "../release/signers";
import type { Terminal } from "../terminal";
import { archive } from "./archive";
import { collect } from "./collect";
import { verifyEvidence } from "./verify";
import { Option } from "@commander-js/extra-typings";

interface Export {
  readonly project: string;
  readonly model: string;
  readonly stacks: readonly string[];
  readonly ledger: string;
  readonly checkpointKey?: string | undefined;
  readonly out?: string | undefined;
  readonly key?: string | undefined;
}

async function exportEvidence(
  { project, model, stacks, ledger, checkpointKey, out, key }: Export,
  terminal: Terminal,
): Promise<void> {
  const signer = key === undefined ? undefined : signerAt(key);
  const opened = await ledgerAt(ledger, checkpointKey);
  // One reading: a checkpoint that comes meanwhile would cover more than the entries.
  const { entries, signedCheckpoint: checkpoint } = await opened.read();
  const counting = await opened.entries();
  const plans = await planned(project, stacks, terminal);
  const bytes = await archive(
    collect({ project, model, ledger: entries, counting, checkpoint, plans, rules, signer }),
  );
  const { mismatches, files, summary } = await verifyEvidence(bytes, { trusted: [] });
  if (mismatches.length > 0 || summary === undefined)
    throw new VerbError(
      [
        "nothing is exported, since the evidence does not hold:",
        ...mismatches.map(({ file, message }) => `  ${file} ${message}`),
      ].join("\n"),
      1,
    );
  const target = out ?? join(repository, "out", `evidence-${model}-${summary.version}.tar.gz`);
  mkdirSync(dirname(resolve(target)), { recursive: true });
  writeFileSync(target, bytes);
  const digest = digestOf(bytes);
  terminal.result({ archive: target, digest, files, keyid: signer?.keyid ?? null, summary }, [
    `${target}: ${files} files, ${(bytes.length / 1024).toFixed(0)} KiB, ${digest}${signer === undefined ? "" : `, signed with ${signer.keyid}`}`,
    ...summary.findings.map((finding) => `  finding: ${finding}`),
  ]);
}

async function planned(
  project: string,
  stacks: readonly string[],
  terminal: Terminal,
): Promise<StackPlan[]> {
  const plans: StackPlan[] = [];
  for (const stack of stacks.length > 0 ? stacks : stackNames(project)) {
    const plan = await planStack({ project, stack, program, rules });
    const count = (level: string) =>
      plan.judgement.violations.filter(({ enforcement }) => enforcement === level).length;
    terminal.print(
      `stack ${stack}: ${plan.resources.length} resources, ${plan.judgement.rules.length} rules, ${count("mandatory")} mandatory and ${count("advisory")} advisory violations`,
    );
    plans.push(plan);
  }
  return plans;
}

export const verb: CommandLine = {
  details: "For an auditor: `npx causeway evidence verify` verifies the archive with no network.",
  examples: [
    "loan-approval",
    "loan-approval --ledger s3://my-audit-bucket/ledger --stack prod --key awskms:///alias/release",
  ],
  define: (command, terminal) =>
    command
      .argument("<model>", "a model of services/models")
      // What was done to the models of the repository before there was an audit bucket.
      .option("--ledger <ledger>", `${ledgerHelp} (default: services/models/ledger.jsonl)`)
      .option("--checkpoint-key <key>", checkpointKeyHelp)
      .option("--project <folder>", projectHelp, repository)
      .addOption(
        new Option("--stack <stack>", "judge this stack; may be repeated")
          .argParser(repeated)
          .default([], "all"),
      )
      .option("--key <key>", `${keyHelp}, that signs the archive`)
      .option("--out <file>", "(default: out/evidence-<model>-<version>.tar.gz)")
      .option("--json", jsonHelp)
      .action(async (name, { project, stack: stacks, key, out, ...given }) => {
        const models = modelsOf(project);
        const model = modelIn(models, name);
        const ledger = given.ledger ?? join(models, "ledger.jsonl");
        const { checkpointKey } = given;
        await exportEvidence({ project, model, stacks, ledger, checkpointKey, key, out }, terminal);
      }),
};
