import { createHmac, randomBytes } from "node:crypto";
import type { Fact } from "../evidence/ledger";
import type { Answer } from "./erasure-answer";
import type { Lineage } from "./lineage-of";

/** What an erasure's entry is made from. */
export interface ErasureRecord {
  readonly answer: Answer;
  readonly lineage: Lineage;
  /** One of the subject's pseudonyms, or its identifier: it goes into the entry sealed. */
  readonly subject: string;
  readonly reason: string;
  readonly actor: string;
  readonly run?: string | undefined;
}

/** An entry of the ledger, and the key that shows whom it is about. */
export interface SealedFact {
  readonly fact: Fact;
  /**
   * 64 hexadecimal digits, kept by nobody here: whoever holds it and knows the subject can show
   * that the entry is about it.
   */
  readonly receipt: string;
}

/**
 * A subject in a store that nothing can be deleted from: an HMAC under a key of its own. Once that
 * key is gone the ledger names nobody (crypto-shredding), although the ring of keys still is there.
 */
export function sealed(subject: string, receipt: string): string {
  return `erased.${createHmac("sha256", Buffer.from(receipt, "hex")).update(subject).digest("hex").slice(0, 32)}`;
}

/**
 * Whether everything of the subject is gone, every file could be looked into, and every other
 * region has searched and found nothing.
 */
export function isComplete({ search, erased, logLinesLeft, regions = [] }: Answer): boolean {
  return (
    regions.every(({ state, left }) => state === "erased" && left === 0) &&
    search.found.length === 0 &&
    search.closed.length === 0 &&
    (erased?.left.length ?? 0) === 0 &&
    (logLinesLeft ?? 0) === 0
  );
}

/** The entry of an erasure. Names of places and figures go in, of the subject only the seal. */
export function erasureFact(
  { answer, lineage, subject, reason, actor, run }: ErasureRecord,
  receipt: string = randomBytes(32).toString("hex"),
): SealedFact {
  const { search, erased, logs = null, logLines, logLinesLeft = null, regions = [] } = answer;
  const left = [...search.found, ...search.closed, ...(erased?.left ?? [])].length;
  return {
    receipt,
    fact: {
      actor,
      action: "erase",
      subject: answer.model,
      details: {
        subject: sealed(subject, receipt),
        reason,
        outcome: isComplete(answer) ? "complete" : "incomplete",
        rows: erased?.rows ?? 0,
        files: erased?.files ?? 0,
        oldVersions: erased?.versions ?? 0,
        // Whose log store, how many of its lines, and how many a search still found after it.
        logs: logs === null ? null : { store: logs, lines: logLines, left: logLinesLeft },
        // Which regions answered, and what: one that is not `erased` keeps the erasure open.
        ...(regions.length > 0 && {
          regions: regions.map(({ region, state, lines, left: still, problem }) => ({
            region,
            state,
            lines,
            left: still,
            ...(problem !== null && { problem }),
          })),
        }),
        searched: { files: search.files, bytes: search.bytes, left },
        datasets: [...lineage.datasets],
        models: [...lineage.models],
        live: lineage.live.map(({ region, image }) => `${region} ${image}`),
        retraining: answer.retrain ? "asked for" : "not asked for by the contract",
        ...(run !== undefined && { run }),
      },
    },
  };
}
