import { existsSync, readFileSync } from "node:fs";
import { InputError } from "../../services/contract/problems";
import { scanLines } from "./personal-data";
import { commandLine, runCommand } from "../command-line";

const usage = `usage: npm run scan:logs -- <file of log lines, or - for standard input>...

Finds personal data in log lines, and says where it is without repeating it. Exit codes: 0 none, 1 some, 2 a file that is not there.`;

/**
 * Scans files of log lines for personal data. Exit code 0: none; 1: some, each with file, line and
 * kind and without its value; 2: no file.
 */
export function scanLogs(
  files: readonly string[],
  read: (file: string) => string = textOf,
): { readonly lines: string[]; readonly code: 0 | 1 | 2 } {
  if (files.length === 0) return { lines: [usage], code: 2 };
  const found = files.flatMap((file) =>
    scanLines(read(file)).map(({ line, kinds }) => `${file}:${line} holds ${kinds.join(", ")}`),
  );
  return found.length === 0
    ? { lines: [`no personal data in ${files.join(", ")}`], code: 0 }
    : { lines: found, code: 1 };
}

function textOf(file: string): string {
  if (file !== "-" && !existsSync(file))
    throw new InputError("command line", [
      { key: file, got: undefined, allowed: "a file of log lines, or - for standard input" },
    ]);
  return readFileSync(file === "-" ? 0 : file, "utf8");
}

if (require.main === module) {
  const command = (argv: readonly string[]) => {
    const { lines, code } = scanLogs(
      commandLine(argv, { usage, options: {}, operands: Infinity }).positionals,
    );
    for (const line of lines) console.log(line);
    return code;
  };
  void runCommand(command, (error) => (error instanceof InputError ? 2 : 1));
}
