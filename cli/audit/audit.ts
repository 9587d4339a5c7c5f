import { existsSync } from "node:fs";
import {
  actions,
  LedgerError,
  storeAt,
  verifyLedger,
  type Entry,
} from "../../services/evidence/ledger";
import { CommandLineEnd, commandLine, runCommand, unusable } from "../command-line";
import { openLedger, type OpenLedger } from "../../services/delivery/ledger-location";

const usage = `usage: npm run audit -- <ledger> [--head <hash>] [--subject <model>] [--action <action>] [--about <text>] [--list]

Verifies a ledger: a file *.jsonl, a folder of its objects, or s3://<audit bucket>/ledger. With a filter or --list it then prints entries.

  --head     hash of the last entry, as somebody noted it: shows what was cut off the end
  --subject  entries about this
  --action   ${actions.join(", ")}
  --about    entries that name this anywhere: a digest, a version, a person, a region

Exit codes: 0 the ledger holds, 1 it was tampered with, 2 there is none or the arguments are wrong.`;

/** Which entries to print. */
export interface Filter {
  readonly subject?: string | undefined;
  readonly action?: string | undefined;
  readonly about?: string | undefined;
}

/** What to print, and the exit code: 0 it holds, 1 it was tampered with, 2 there is none. */
export interface Audited {
  readonly lines: readonly string[];
  readonly code: 0 | 1 | 2;
}

/**
 * Verifies a ledger, and prints the entries that a filter names; none without a filter, since an
 * entry of a broken chain proves nothing.
 */
export function audit(
  path: string,
  head?: string,
  filter?: Filter,
  counts: (entry: Entry) => boolean = () => true,
): Audited {
  if (!existsSync(path)) return { lines: [`there is no ledger at ${path}`, usage], code: 2 };
  const { entries, flaws } = verifyLedger(storeAt(path), head);
  if (flaws.length > 0)
    return {
      lines: [
        `${path} does not verify:`,
        ...flaws.map(({ place, message }) => `  ${place} ${message}`),
      ],
      code: 1,
    };
  const last = entries.at(-1);
  const said =
    last === undefined
      ? `${path} is empty`
      : `${path}: ${entries.length} entries hold; the last is of ${last.time}, ${last.hash}`;
  return {
    lines: [said, ...(filter === undefined ? [] : listed(entries, filter, counts))],
    code: 0,
  };
}

function listed(
  entries: readonly Entry[],
  { subject, action, about }: Filter,
  counts: (entry: Entry) => boolean,
): string[] {
  const found = entries.filter(
    (entry) =>
      (subject === undefined || entry.subject === subject) &&
      (action === undefined || entry.action === action) &&
      (about === undefined || JSON.stringify(entry).includes(about)),
  );
  const asked = Object.entries({ subject, action, about })
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]))
    .join(", ");
  return [
    `${found.length} of ${entries.length} entries${asked === "" ? "" : ` with ${asked}`}`,
    ...found.flatMap((entry) => [
      ...entryLines(entry),
      ...(counts(entry) ? [] : ["     NO WITNESS: this approval does not count"]),
    ]),
  ];
}

function entryLines({ sequence, time, actor, action, subject, details, hash }: Entry): string[] {
  return [
    "",
    `${sequence}  ${time}  ${action} ${subject}, by ${actor}`,
    ...Object.entries(details).flatMap(([name, value]) => detailLines(name, value)),
    `     hash: ${hash}`,
  ];
}

/** A list of records, such as measures of fairness, takes a line for each. */
function detailLines(name: string, value: unknown): string[] {
  if (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => typeof item === "object" && item !== null)
  )
    return [
      `     ${name}:`,
      ...value.map(
        (item) =>
          `       ${Object.entries(item)
            .map(([key, one]) => `${key} ${String(one)}`)
            .join(", ")}`,
      ),
    ];
  return [`     ${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`];
}

/** In a bucket an approval counts only with its witness; an entry without says so. */
async function auditBucket(
  { path, entries }: OpenLedger,
  head: string | undefined,
  filter: Filter | undefined,
): Promise<Audited> {
  try {
    const counting = new Set((await entries()).map(({ hash }) => hash));
    return audit(path, head, filter, ({ hash }) => counting.has(hash));
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    return audit(path, head, filter);
  }
}

/** Audits what the arguments name, prints it, and returns the exit code. */
export async function main(
  argv: readonly string[],
  print: (line: string) => void = console.log,
): Promise<number> {
  try {
    const text = { type: "string" } as const;
    const { values, positionals } = commandLine(argv, {
      usage,
      operands: 1,
      options: { head: text, subject: text, action: text, about: text, list: { type: "boolean" } },
    });
    const [location] = positionals;
    const { head, subject, action, about, list } = values;
    if (location === undefined)
      throw unusable(
        "ledger: got nothing, allowed: a file *.jsonl, a folder, or s3://<audit bucket>/ledger",
        usage,
      );
    if (action !== undefined && !actions.some((known) => known === action))
      throw new RangeError(`--action: got ${action}, allowed: ${actions.join(", ")}`);
    const filter =
      list === true || subject !== undefined || action !== undefined || about !== undefined
        ? { subject, action, about }
        : undefined;
    const { lines, code } = location.startsWith("s3://")
      ? await auditBucket(await openLedger(location), head, filter)
      : audit(location, head, filter);
    lines.forEach((line) => print(line));
    return code;
  } catch (error) {
    if (error instanceof CommandLineEnd) return (print(error.message), error.code);
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    print(error.message);
    return 2;
  }
}

if (require.main === module) void runCommand((argv) => main(argv));
