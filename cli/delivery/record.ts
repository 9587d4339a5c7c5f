import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Fact } from "../../services/evidence/ledger";
import { readJson } from "../../services/contract/json";
import { parseOrThrow } from "../../services/contract/problems";
import { loadContract } from "../../services/contract/load";
import { verdictsFolder } from "../../services/evidence/load";
import { verdictFile, verdictSchema, type Verdict } from "../../services/evidence/verdict";
import { verdictOf } from "./verdict-of";
import { sha256 } from "../../services/contract/digests";
import { jsonHelp, type CommandLine } from "../command";
import {
  contextOption,
  contextsOf,
  inEachRegion,
  ledgerOption,
  modelHelp,
  type DeliveryContext,
} from "./regions";

/** A verdict on record. */
export interface RecordedVerdict {
  readonly verdict: Verdict;
  readonly file: string;
  /** Whether it was on record before. */
  readonly known: boolean;
}

/**
 * Keeps the verdict over a model's last rollout: one file beside the contract, for review and for
 * the next update, and an entry in the ledger with the file's hash. Safe to run again at any time:
 * what is on record stays as it is, and what a crash left out is added.
 * @throws NoVerdictYet while the version is on trial
 */
export async function recordVerdict({
  cluster,
  model,
  modelsFolder,
  ledger,
  now = new Date(),
}: DeliveryContext): Promise<RecordedVerdict> {
  const { release } = loadContract(modelsFolder, model);
  const entries = await ledger.entries();
  const rollout = await cluster.rollout(model);
  const [analysisRuns, replicaSets, recordedBy] = await Promise.all([
    cluster.analysisRuns(model, rollout.status?.currentPodHash ?? ""),
    cluster.replicaSets(model),
    cluster.whoAmI(),
  ]);
  const verdict = verdictOf({
    model,
    strategy: release.strategy,
    rollout,
    analysisRuns,
    replicaSets,
    entries,
    recordedBy,
    now,
  });

  const { file, known } = keepVerdict(verdictsFolder(modelsFolder, model), verdict);
  const text = readFileSync(file, "utf8");
  const kept = parseOrThrow(verdictSchema, readJson(text, file), file);
  const hash = sha256(text);
  if (!entries.some(({ details }) => details["verdict"] === hash))
    await ledger.record(verdictFact(kept, hash));
  return { verdict: kept, file, known };
}

/** Writes the file of a verdict where there is none yet; whole, or not at all. */
function keepVerdict(folder: string, verdict: Verdict): { file: string; known: boolean } {
  const file = join(folder, verdictFile(verdict));
  const known = existsSync(file);
  if (!known) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${file}.new`, `${JSON.stringify(verdict, null, 2)}\n`);
    renameSync(`${file}.new`, file);
  }
  return { file, known };
}

/** A verdict in the words of the ledger, with the hash of its file. */
function verdictFact(verdict: Verdict, hash: string): Fact {
  const { version, digest, region, outcome, message, podTemplateHash, card } = verdict;
  return {
    actor: verdict.recordedBy,
    action: outcome === "promoted" ? "promote" : "roll-back",
    subject: verdict.model,
    details: {
      version,
      digest,
      region,
      outcome,
      message,
      podTemplateHash,
      card: card.digest,
      verdict: hash,
    },
  };
}

export const verb: CommandLine = {
  details: "Ends with 3 while the version is on trial. Safe to run again at any time.",
  examples: ["loan-approval --ledger s3://my-audit-bucket/ledger"],
  define: (command, terminal) =>
    command
      .argument("<model>", modelHelp)
      .addOption(ledgerOption())
      .addOption(contextOption())
      .option("--json", jsonHelp)
      .action((model, { context, ledger }) =>
        inEachRegion(
          { model, contexts: contextsOf(context), ledger },
          async (delivery) => {
            const recorded = await recordVerdict(delivery);
            return { value: recorded, lines: recordLines(recorded) };
          },
          terminal,
        ),
      ),
};

function recordLines({ verdict, file, known }: RecordedVerdict): string[] {
  const why = verdict.message === "" ? "" : `: ${verdict.message}`;
  return [
    `${verdict.model} ${verdict.version} was ${verdict.outcome} in ${verdict.region}${why}`,
    known ? `on record before: ${file}` : `commit ${file}`,
  ];
}
