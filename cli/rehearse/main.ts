import { join } from "node:path";
import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { PythonMissing } from "../../services/training/environment";
import { jsonHelp, wholeNumber, type CommandLine } from "../command";
import { outFolder, projectHelp, repository, shownPath } from "../project";
import type { Terminal } from "../terminal";
import { endChildrenWithUs } from "./children";
import { rehearse, type RehearsalRequest } from "./rehearse";
import { chapters, type ChapterName } from "./scenarios/scenario";

/** Reads a list of chapters, and gives them in the order in which they are told. */
export function chapterList(text: string): readonly ChapterName[] {
  const asked = text.split(",");
  if (asked.some((name) => !chapters.some((one) => one === name)))
    throw new InvalidArgumentError(`Allowed: a list of ${chapters.join(",")}.`);
  return chapters.filter((name) => asked.includes(name));
}

/**
 * Requests between two looks by default: the challenger's tenth is more than the least that is
 * compared with the champion (`drift.minimumSamples` of the sample), so that from the first look a
 * busy machine, which slows both versions, is told from a slow version.
 */
const requestsPerLook = 2_500;

async function run(given: RehearsalRequest, terminal: Terminal): Promise<void> {
  endChildrenWithUs();
  try {
    const rehearsal = await rehearse(given, terminal.print);
    const { expectations, seconds, requests } = rehearsal;
    terminal.result(rehearsal, [
      "",
      ...expectations.map(
        ({ expected, found, met }) => `${met ? "as meant" : "NOT SO  "}  ${expected}: ${found}`,
      ),
      `\n${requests.toLocaleString("en-US")} predictions in ${seconds.toFixed(1)} s`,
      `report: ${shownPath(join(given.out, "rehearsal.html"))}`,
    ]);
    terminal.exitCode = expectations.every(({ met }) => met) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof PythonMissing)) throw error;
    terminal.result({ leftOut: error.message }, [`rehearsal left out: ${error.message}`]);
  }
}

export const verb: CommandLine = {
  details: `Runs the programs that the containers run, and writes <out>/rehearsal.html. Ends with 1 where a chapter did not end as the scenario meant it.
Where Python 3.10 to 3.13 is missing it says so, does nothing and ends with 0.`,
  examples: ["", "--model loan-approval --chapters challenger,drift --fresh", "--json"],
  define: (command, terminal) =>
    command
      .option("--model <name>", "a model of services/models (default: the first)")
      .option("--project <folder>", projectHelp, repository)
      .option("--seed <n>", "seed of draws and training", wholeNumber(0, 2 ** 31 - 1), 0)
      .option("--out <folder>", "where the report goes [default: out of the repository]")
      .option("--fresh", "train again, even where the inputs are the same")
      .option(
        "--requests <n>",
        "requests between two looks",
        wholeNumber(50, 20_000),
        requestsPerLook,
      )
      .option("--looks <n>", "most looks at one challenger", wholeNumber(1, 100), 20)
      .addOption(
        new Option("--chapters <list>", `only these: ${chapters.join(",")}`).argParser(chapterList),
      )
      .option("--json", jsonHelp)
      .action(({ out, ...given }) => run({ ...given, out: outFolder(out) }, terminal)),
};
