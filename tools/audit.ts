import { parseArgs } from "node:util";
import { storeAt, verifyLedger } from "../services/ledger";
import { existsSync } from "node:fs";

const usage = "usage: npm run audit -- <ledger file *.jsonl, or folder of its objects> [--head <hash of the last entry, as somebody noted it>]";

/** Verifies a ledger and returns what to print and the exit code: 0 it holds, 1 it was tampered with, 2 there is none. */
export function audit(path: string, head?: string): { readonly lines: string[]; readonly code: 0 | 1 | 2 } {
  if (!existsSync(path)) return { lines: [`there is no ledger at ${path}`, usage], code: 2 };
  const { entries, flaws } = verifyLedger(storeAt(path), head);
  if (flaws.length > 0) return { lines: [`${path} does not verify:`, ...flaws.map(({ place, message }) => `  ${place} ${message}`)], code: 1 };
  const last = entries.at(-1);
  return { lines: [last === undefined ? `${path} is empty` : `${path}: ${entries.length} entries hold; the last is of ${last.time}, ${last.hash}`], code: 0 };
}

if (require.main === module) {
  const { values, positionals } = parseArgs({ options: { head: { type: "string" } }, allowPositionals: true });
  const { lines, code } = positionals[0] === undefined ? { lines: [usage], code: 2 } : audit(positionals[0], values.head);
  for (const line of lines) console.log(line);
  process.exitCode = code;
}
