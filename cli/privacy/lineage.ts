import { readFileSync } from "node:fs";
import { modelsFolder } from "../../infra/stack/models";
import { loadVerdicts } from "../../services/evidence/load";
import { parseOrThrow } from "../../services/contract/problems";
import { codeOfInput, commandLine, runCommand, unusable } from "../command-line";
import { erasing } from "./erasing";
import {
  lineageLines,
  lineageOf,
  outputsSchema,
  releaseIn,
} from "../../services/delivery/lineage-of";

const usage = `usage: npm run lineage -- <pseudonym, or - for a subject on standard input> --model <name> --lake <folder or s3://...>... [--keys <ring>] [--outputs <file>]

Lists the datasets, models and live regions that a subject's data reached. --outputs is what \`pulumi stack output models --json\` says;
without it a region is live by the verdicts on record.
Exit codes: 0 done, 1 failed or not complete, 2 an input that cannot be used.`;

async function main(argv: readonly string[]): Promise<void> {
  const text = { type: "string" } as const;
  const { values, positionals } = commandLine(argv, {
    usage,
    operands: 1,
    options: { model: text, lake: { type: "string", multiple: true }, keys: text, outputs: text },
  });
  const [subject] = positionals;
  const { model, lake, keys, outputs } = values;
  if (subject === undefined)
    throw unusable(
      "subject: got nothing, allowed: a pseudonym, or - for a subject on standard input",
      usage,
    );
  if (model === undefined)
    throw unusable("--model: got nothing, allowed: the name of a model", usage);
  if (lake === undefined)
    throw unusable("--lake: got nothing, allowed: a folder or s3://bucket/prefix", usage);
  const answer = await erasing("find", subject === "-" ? readFileSync(0, "utf8") : subject, {
    modelsFolder,
    model,
    lake,
    keys,
  });
  const live =
    outputs === undefined
      ? undefined
      : parseOrThrow(outputsSchema, JSON.parse(readFileSync(outputs, "utf8")), outputs);
  for (const line of lineageLines(
    lineageOf(answer, releaseIn(modelsFolder, model), loadVerdicts(modelsFolder, model), live),
  ))
    console.log(line);
  if (answer.search.closed.length > 0)
    throw new Error(
      `not complete, these cannot be looked into:\n${answer.search.closed.map((one) => `  ${one}`).join("\n")}`,
    );
}

if (require.main === module) {
  void runCommand(main, codeOfInput);
}
