import { z } from "zod";
import { canonicalJson, type Json } from "./canonical";
import { hashSchema, sha256 } from "../../contract/digests";

/** Everything that the ledger records. */
export const actions = [
  "train",
  "attempt",
  "evaluate",
  "approve",
  "attest",
  "release",
  "promote",
  "roll-back",
  "erase",
  "kill-switch",
  "access-change",
  "override",
] as const;
export type Action = (typeof actions)[number];

/** `previous` of the first entry. */
export const genesis = "0".repeat(64);

const hash = hashSchema("64 hexadecimal digits");
/** The hash of an entry, where another record names it. */
export const entryReference = hashSchema("the hash of a ledger entry, 64 hexadecimal digits");
const text = z.string().min(1, "a text that is not empty");

/** One line of the ledger. */
export const entrySchema = z.strictObject({
  /** 1 for the first entry, then without a gap. */
  sequence: z.number().int().min(1),
  time: z.iso.datetime({ error: "a time in UTC such as 2026-11-24T03:00:00Z" }),
  /** Who did it, as the system that they acted on knows them. */
  actor: text,
  action: z.enum(actions),
  /** What it was done to, such as the name of a model. */
  subject: text,
  details: z.record(z.string(), z.json()),
  /** Hash of the entry before. */
  previous: hash,
  /** SHA-256 of the canonical JSON of the entry without this field. */
  hash,
});
export type Entry = z.output<typeof entrySchema>;

/** What somebody who records an action says; the ledger adds the rest. */
export interface Fact {
  readonly actor: string;
  readonly action: Action;
  readonly subject: string;
  readonly details: Readonly<Record<string, Json>>;
}

/** Hash of an entry, over everything but the hash itself. */
export function entryHash({
  sequence,
  time,
  actor,
  action,
  subject,
  details,
  previous,
}: Omit<Entry, "hash">): string {
  return sha256(canonicalJson({ sequence, time, actor, action, subject, details, previous }));
}

/**
 * The entry that follows `last`. Throws ZodError where the fact says nothing or something that JSON
 * cannot.
 */
export function nextEntry(last: Entry | undefined, fact: Fact, time: Date): Entry {
  const sequence = (last?.sequence ?? 0) + 1;
  const previous = last?.hash ?? genesis;
  const body = {
    sequence,
    time: time.toISOString(),
    actor: fact.actor,
    action: fact.action,
    subject: fact.subject,
    details: { ...fact.details },
    previous,
  };
  return entrySchema.parse({
    ...body,
    hash: entryHash(entrySchema.omit({ hash: true }).parse(body)),
  });
}
