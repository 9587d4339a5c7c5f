import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { modelsFolder } from "../../infra/models";
import { loadVerdicts } from "../../services/contract/load";
import { parseOrThrow } from "../../services/contract/problems";
import { erasing } from "./erasing";
import { lineageLines, lineageOf, outputsSchema, releaseIn } from "./lineage-of";

const usage = `usage: npm run lineage -- <pseudonym, or - for a subject on standard input> --model <name> --lake <folder or s3://...>... [--keys <ring>] [--outputs <file>]

Lists the datasets, models and live regions that a subject's data reached. --outputs is what \`pulumi stack output models --json\` says;
without it a region is live by the verdicts on record.`;

async function main(): Promise<void> {
  const text = { type: "string" } as const;
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { model: text, lake: { type: "string", multiple: true }, keys: text, outputs: text } });
  const [subject] = positionals;
  const { model, lake, keys, outputs } = values;
  if (subject === undefined || model === undefined || lake === undefined) throw new RangeError(usage);
  const answer = await erasing("find", subject === "-" ? readFileSync(0, "utf8") : subject, { modelsFolder, model, lake, keys });
  const live = outputs === undefined ? undefined : parseOrThrow(outputsSchema, JSON.parse(readFileSync(outputs, "utf8")), outputs);
  for (const line of lineageLines(lineageOf(answer, releaseIn(modelsFolder, model), loadVerdicts(modelsFolder, model), live))) console.log(line);
  if (answer.search.closed.length > 0) throw new Error(`not complete, these cannot be looked into:\n${answer.search.closed.map((one) => `  ${one}`).join("\n")}`);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = error instanceof RangeError ? 2 : 1;
  });
}
