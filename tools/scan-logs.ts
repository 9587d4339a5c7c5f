import { readFileSync } from "node:fs";
import { scanLines } from "../services/privacy/personal-data";

const usage = "usage: npm run scan:logs -- <file of log lines, or - for standard input>...";

/** Scans files of log lines for personal data. Exit code 0: none; 1: some, each with file, line and kind and without its value; 2: no file. */
export function scanLogs(files: readonly string[], read: (file: string) => string = (file) => readFileSync(file === "-" ? 0 : file, "utf8")): { readonly lines: string[]; readonly code: 0 | 1 | 2 } {
  if (files.length === 0) return { lines: [usage], code: 2 };
  const found = files.flatMap((file) => scanLines(read(file)).map(({ line, kinds }) => `${file}:${line} holds ${kinds.join(", ")}`));
  return found.length === 0 ? { lines: [`no personal data in ${files.join(", ")}`], code: 0 } : { lines: found, code: 1 };
}

if (require.main === module) {
  const { lines, code } = scanLogs(process.argv.slice(2));
  for (const line of lines) console.log(line);
  process.exitCode = code;
}
