import { join, resolve } from "node:path";
import { InputError } from "../../services/contract/problems";
import { PythonMissing } from "../../services/training/environment";
import { rehearseArguments, usage, UsageError } from "./arguments";
import { endChildrenWithUs } from "./children";
import { rehearse } from "./rehearse";

const project = resolve(__dirname, "..", "..");

/** Rehearses and returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const given = rehearseArguments(args);
  if (given.help) {
    say(usage);
    return 0;
  }
  endChildrenWithUs();
  try {
    const { expectations, seconds, requests } = await rehearse(project, given, say);
    say("");
    for (const { expected, found, met } of expectations)
      say(`${met ? "as meant" : "NOT SO  "}  ${expected}: ${found}`);
    say(
      `\n${requests.toLocaleString("en-US")} predictions in ${seconds.toFixed(1)} s\nreport: ${join(given.out, "rehearsal.html")}`,
    );
    return expectations.every(({ met }) => met) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof PythonMissing)) throw error;
    say(`rehearsal left out: ${error.message}`);
    return 0;
  }
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    const text =
      error instanceof UsageError
        ? `${error.message}\n\n${usage}`
        : error instanceof InputError || !(error instanceof Error)
          ? String(error)
          : (error.stack ?? error.message);
    process.stderr.write(`${text}\n`);
    process.exitCode = 2;
  },
);
