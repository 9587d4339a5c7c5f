import { z } from "zod";
import { readJson } from "../contract/json";
import { parseOrThrow } from "../contract/problems";
import { loadVerdicts } from "../evidence/load";
import { readArguments, runProgram, text, texts } from "./command-line";
import { checkpointKeysAt } from "./kms";
import { openLedger } from "./ledger-location";
import {
  answerSchema,
  erasureFact,
  isComplete,
  lineageOf,
  releaseIn,
  type Answer,
} from "./erasure";

const options = z.object({
  answer: text,
  pseudonym: text,
  reason: text,
  ledger: text,
  "checkpoint-key": text.optional(),
  actor: text,
  run: text,
  region: texts.default([]),
});

/**
 * Puts an erasure of the workflow on record; the key of the seal is thrown away. Exit code 3 where
 * something of the subject is left.
 */
export async function recordErasure(
  argv: readonly string[],
  folder = "services/models",
): Promise<0 | 3> {
  const {
    answer: json,
    pseudonym,
    reason,
    ledger,
    "checkpoint-key": checkpointKey,
    actor,
    run,
    region: asked,
  } = readArguments(argv, options);
  const given = parseOrThrow(answerSchema, readJson(json, "--answer"), "--answer");
  const answer = { ...given, regions: answersOf(asked, given) };
  const lineage = lineageOf(
    answer,
    releaseIn(folder, answer.model),
    loadVerdicts(folder, answer.model),
  );
  const { fact } = erasureFact({ answer, lineage, subject: pseudonym, reason, actor, run });
  const opened = await openLedger(ledger, {
    checkpointKeys: await checkpointKeysAt(checkpointKey),
  });
  // A step that is tried again records once; a run that was open and is tried again records its
  // end.
  if (
    !(await opened.chain()).some(
      ({ action, details }) =>
        action === "erase" &&
        details["run"] === run &&
        details["outcome"] === fact.details["outcome"],
    )
  )
    await opened.record(fact);
  console.log(
    `${String(fact.details["outcome"])}: ${answer.erased?.rows ?? 0} rows erased, ${answer.search.files} files searched`,
  );
  if (answer.nowhere === true)
    console.log("NOWHERE: nothing named the subject, so nothing was erased: check the spelling");
  for (const { region, state, problem } of answer.regions)
    if (state !== "erased")
      console.log(`OPEN: ${region} is ${state}${problem === null ? "" : `: ${problem}`}`);
  return isComplete(answer) ? 0 : 3;
}

/**
 * The answer of each region that has a log store; one that the erasing step does not name has said
 * nothing.
 */
function answersOf(
  asked: readonly string[],
  { regions = [] }: Answer,
): NonNullable<Answer["regions"]> {
  const silent = asked.filter((name) => !regions.some(({ region }) => region === name));
  return [
    ...regions,
    ...silent.map((region) => ({
      region,
      state: "silent" as const,
      lines: 0,
      left: null,
      problem: null,
    })),
  ];
}

if (require.main === module) void runProgram((argv) => recordErasure(argv));
