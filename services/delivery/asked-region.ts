import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Release } from "../evidence/release";
import type { Entry } from "../evidence/ledger";
import { answerTo, type Order, type Orders } from "./orders";
import type { AskedRegion, RegionResult } from "./promotion";

/** How a region is asked to take a release. */
export interface Asking {
  readonly name: string;
  /** Workflow that made the release. */
  readonly run: string;
  readonly release: Release;
  readonly orders: Orders;
  /** Entries of the audit ledger as they stand at the call. */
  readonly entries: () => Promise<readonly Entry[]>;
  readonly timeoutSeconds: number;
  /** Seconds between two looks at the ledger. @default 30 */
  readonly pollSeconds?: number;
}

/**
 * A region that is asked: an order is put where the region's own promoter looks for it, and the
 * answer is awaited in the audit ledger. Neither side reaches the other's cluster. An order is
 * closed once it is answered or nobody waits any more, so that a promoter that comes too late does
 * nothing.
 */
export function askedRegion({
  name,
  run,
  release,
  orders,
  entries,
  timeoutSeconds,
  pollSeconds = 30,
}: Asking): AskedRegion {
  return {
    name,
    ask: async (): Promise<RegionResult> => {
      const started = Date.now();
      const order: Order = {
        id: randomUUID(),
        region: name,
        run,
        release,
        until: new Date(started + timeoutSeconds * 1_000).toISOString(),
        closed: false,
      };
      await orders.put(order);
      for (;;) {
        const answer = answerTo(order, await entries());
        const seconds = Math.round((Date.now() - started) / 1_000);
        if (answer !== undefined || seconds >= timeoutSeconds) {
          await orders.put({ ...order, closed: true });
          return {
            region: name,
            outcome: answer?.outcome ?? "timed-out",
            seconds,
            message: answer === undefined ? "no answer from the region's promoter" : answer.message,
          };
        }
        await sleep(pollSeconds * 1_000);
      }
    },
  };
}
