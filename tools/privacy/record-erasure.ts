import { parseArgs } from "node:util";
import { loadVerdicts } from "../../services/contract/load";
import { parseOrThrow } from "../../services/contract/problems";
import { openLedger } from "../delivery/ledger-location";
import { answerSchema } from "./answer";
import { erasureFact, isComplete } from "./entry";
import { lineageOf, releaseIn } from "./lineage-of";

const usage = "usage: node record-erasure.js --answer <JSON> --pseudonym <k...> --reason <why> --ledger <where> --actor <who> --run <workflow>";

/** Puts an erasure of the workflow on record; the key of the seal is thrown away. Exit code 3 where something of the subject is left. */
export async function recordErasure(argv: readonly string[], folder = "services/models"): Promise<0 | 3> {
  const text = { type: "string" } as const;
  const { answer: json, pseudonym, reason, ledger, actor, run } = parseArgs({ args: [...argv], options: { answer: text, pseudonym: text, reason: text, ledger: text, actor: text, run: text } }).values;
  if (json === undefined || pseudonym === undefined || reason === undefined || ledger === undefined || actor === undefined || run === undefined) throw new RangeError(usage);
  const answer = parseOrThrow(answerSchema, JSON.parse(json), "--answer");
  const lineage = lineageOf(answer, releaseIn(folder, answer.model), loadVerdicts(folder, answer.model));
  const { fact } = erasureFact({ answer, lineage, subject: pseudonym, reason, actor, run });
  const opened = await openLedger(ledger);
  // A step that is tried again records once.
  if (!(await opened.chain()).some(({ action, details }) => action === "erase" && details["run"] === run)) await opened.record(fact);
  console.log(`${String(fact.details["outcome"])}: ${answer.erased?.rows ?? 0} rows erased, ${answer.search.files} files searched`);
  return isComplete(answer) ? 0 : 3;
}

if (require.main === module) {
  recordErasure(process.argv.slice(2)).then(
    (code) => (process.exitCode = code),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = error instanceof RangeError || error instanceof TypeError ? 2 : 1;
    },
  );
}
