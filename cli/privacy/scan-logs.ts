import { readFileSync } from "node:fs";
import { isFile } from "../../services/contract/files";
import { InputError } from "../../services/contract/problems";
import { jsonHelp, type CommandLine } from "../command";
import { scanLines } from "./personal-data";

/** A line that holds personal data, without the data. */
interface Finding {
  readonly file: string;
  readonly line: number;
  readonly kinds: readonly string[];
}

/** Throws InputError for a file that is not there. */
function textOf(file: string): string {
  if (isFile(file)) return readFileSync(file, "utf8");
  throw new InputError("command line", [
    { key: file, got: undefined, allowed: "a file of log lines, or - for standard input" },
  ]);
}

export const verb: CommandLine = {
  details: "Says where it is and of what kind, and never repeats it.",
  examples: ["server.log", "- < server.log"],
  define: (command, terminal) =>
    command
      .argument("<files...>", "files of log lines, or - for standard input")
      .option("--json", jsonHelp)
      .action((files) => {
        const found = files.flatMap((file): Finding[] =>
          scanLines(file === "-" ? terminal.input() : textOf(file)).map((line) => ({
            file,
            ...line,
          })),
        );
        terminal.result(
          { files, found },
          found.length === 0
            ? [`no personal data in ${files.join(", ")}`]
            : found.map(({ file, line, kinds }) => `${file}:${line} holds ${kinds.join(", ")}`),
        );
        terminal.exitCode = found.length === 0 ? 0 : 1;
      }),
};
