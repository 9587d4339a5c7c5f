import { existsSync } from "node:fs";
import {
  actions,
  LedgerError,
  storeAt,
  verifyLedger,
  type Entry,
} from "../../services/evidence/ledger";
import { Option } from "@commander-js/extra-typings";
import type { LedgerReading, OpenLedger } from "../../services/delivery/ledger-location";
import { jsonHelp, ledgerHelp, type CommandLine } from "../command";
import type { ExitCode } from "../exit-codes";
import { checkpointKeyHelp, ledgerAt } from "../ledger";

/** Which entries to print. */
export interface Filter {
  readonly subject?: string | undefined;
  readonly action?: string | undefined;
  readonly about?: string | undefined;
}

/** What to print, and the exit code: 0 it holds, 1 it was tampered with, 2 there is none. */
export interface Audited {
  readonly lines: readonly string[];
  readonly code: ExitCode;
  /** How many entries the ledger has. */
  readonly count: number;
  /** Hash of the last entry of a ledger that holds. */
  readonly head?: string;
  readonly flaws: ReturnType<typeof verifyLedger>["flaws"];
  /** Newest checkpoint of a ledger in a bucket. */
  readonly checkpoint?: LedgerReading["checkpoint"];
  /** Those that the filter names. */
  readonly entries: readonly ListedEntry[];
}

interface ListedEntry extends Entry {
  /** Whether it counts: an approval in a bucket does not without its witness. */
  readonly counts: boolean;
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
  if (!existsSync(path))
    return { lines: [`there is no ledger at ${path}`], code: 2, count: 0, flaws: [], entries: [] };
  const reading = { ...verifyLedger(storeAt(path), head), strays: [] };
  return report({ path, reading, checkpoints: [] }, filter, counts);
}

/** What was read, and what is said of its checkpoints. */
interface Findings {
  readonly path: string;
  readonly reading: LedgerReading;
  readonly checkpoints: readonly string[];
}

function report(
  { path, reading: { entries, flaws, strays, checkpoint }, checkpoints }: Findings,
  filter: Filter | undefined,
  counts: (entry: Entry) => boolean,
): Audited {
  const count = entries.length;
  if (flaws.length > 0)
    return {
      lines: [
        `${path} does not verify:`,
        ...flaws.map(({ place, message }) => `  ${place} ${message}`),
      ],
      code: 1,
      count,
      flaws,
      entries: [],
    };
  const last = entries.at(-1);
  const said =
    last === undefined
      ? `${path} is empty`
      : `${path}: ${entries.length} entries hold; the last is of ${last.time}, ${last.hash}`;
  const listed = filter === undefined ? [] : found(entries, filter, counts);
  return {
    lines: [
      said,
      ...checkpoints,
      ...strays.map((name) => `  ${name} is no entry: somebody put it there, and it says nothing`),
      ...(filter === undefined ? [] : listedLines(listed, count, filter)),
    ],
    code: 0,
    count,
    ...(last && { head: last.hash }),
    ...(checkpoint && { checkpoint }),
    flaws,
    entries: listed,
  };
}

function found(
  entries: readonly Entry[],
  { subject, action, about }: Filter,
  counts: (entry: Entry) => boolean,
): ListedEntry[] {
  return entries
    .filter(
      (entry) =>
        (subject === undefined || entry.subject === subject) &&
        (action === undefined || entry.action === action) &&
        (about === undefined || JSON.stringify(entry).includes(about)),
    )
    .map((entry) => ({ ...entry, counts: counts(entry) }));
}

function listedLines(entries: readonly ListedEntry[], count: number, filter: Filter): string[] {
  const asked = Object.entries(filter)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]))
    .join(", ");
  return [
    `${entries.length} of ${count} entries${asked === "" ? "" : ` with ${asked}`}`,
    ...entries.flatMap((entry) => [
      ...entryLines(entry),
      ...(entry.counts ? [] : ["     NO WITNESS: this approval does not count"]),
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

/** How far somebody else vouches for the ledger, in words. */
function checkpointLines({ entries, checkpoint }: LedgerReading): string[] {
  if (checkpoint === undefined)
    return ["  no checkpoint: nothing shows entries that were cut off the end"];
  const since = entries.length - checkpoint.entries;
  return [
    `  checkpoint of entry ${checkpoint.entries} at ${checkpoint.time} holds, ${checkpoint.signature === "trusted" ? "with a good signature" : "SIGNATURE NOT VERIFIED: give --checkpoint-key"}; ${since} entries since`,
  ];
}

/** In a bucket an approval counts only with its witness; an entry without says so. */
async function auditBucket(
  location: string,
  { entries, read }: OpenLedger,
  head: string | undefined,
  filter: Filter | undefined,
): Promise<Audited> {
  try {
    const counting = new Set((await entries()).map(({ hash }) => hash));
    const reading = await read(head);
    return report(
      { path: location, reading, checkpoints: checkpointLines(reading) },
      filter,
      ({ hash }) => counting.has(hash),
    );
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    const reading = { entries: [], flaws: error.flaws, strays: [] };
    return report({ path: location, reading, checkpoints: [] }, filter, () => false);
  }
}

export const verb: CommandLine = {
  details: "With a filter or --list it prints entries too, where the ledger holds.",
  examples: [
    "services/models/ledger.jsonl --list",
    "s3://my-audit-bucket/ledger --action approve --subject loan-approval",
  ],
  define: (command, terminal) =>
    command
      .argument("<ledger>", ledgerHelp)
      .option("--head <hash>", "hash of the last entry, as noted: shows what was cut off the end")
      .option("--checkpoint-key <key>", checkpointKeyHelp)
      .option("--subject <model>", "entries about this")
      .addOption(new Option("--action <action>", "entries of this action").choices(actions))
      .option("--about <text>", "entries that name this: a digest, a version, a person, a region")
      .option("--list", "all entries")
      .option("--json", jsonHelp)
      .action(async (ledger, { head, list, checkpointKey, json: _, ...filter }) => {
        const asked =
          list === true || Object.values(filter).some((value) => value !== undefined)
            ? { subject: filter.subject, action: filter.action, about: filter.about }
            : undefined;
        const { lines, code, ...audited } = ledger.startsWith("s3://")
          ? await auditBucket(ledger, await ledgerAt(ledger, checkpointKey), head, asked)
          : audit(ledger, head, asked);
        terminal.result({ ledger, holds: code === 0, ...audited }, lines);
        terminal.exitCode = code;
      }),
};
