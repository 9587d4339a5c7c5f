import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { families } from "./families";

/** What the page about the gates is made from, and the test compares. */
const folder = join(__dirname, "..", "..", "cli", "docs", "scenarios");

/**
 * Writes what became of every family, or of one with `--only <family>`; with `--json` prints that
 * one and writes nothing.
 */
function main(): void {
  const { only, json } = parseArgs({
    options: { only: { type: "string" }, json: { type: "boolean", default: false } },
  }).values;
  const chosen = families.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0)
    throw new Error(
      `--only ${only}: no such family, there are ${families.map(({ name }) => name).join(", ")}`,
    );
  for (const { name, results } of chosen) {
    const found = results((line) => (json ? undefined : console.log(line)));
    if (json) {
      console.log(JSON.stringify(found));
      continue;
    }
    const file = join(folder, `${name}.json`);
    writeFileSync(file, `${JSON.stringify(found, undefined, 2)}\n`);
    console.log(`written: ${file}; npm run docs makes docs/gates.md from it`);
  }
}

main();
