import { basename, dirname } from "node:path";
import { z } from "zod";
import { approverKeysIn, trustedKeysIn, type RoleKey } from "../evidence/approvals";
import { promoterAccount } from "../evidence/rollout";
import type { Contract } from "../contract/contract";
import { loadContract } from "../contract/load";
import { loadVerdicts } from "../evidence/load";
import { InputError } from "../contract/problems";
import type { Entry } from "../evidence/ledger";
import { failedRelease } from "../evidence/refusals";
import type { Verdict } from "../evidence/verdict";
import { exitCodes, readArguments, runProgram, text } from "./command-line";
import { connect, send } from "./connection";
import { checkpointKeysAt } from "./kms";
import { openLedger, type OpenLedger } from "./ledger-location";
import { answerTo, openOrders, type Order } from "./orders";
import { approvalIn } from "./approvals";
import { attemptOnRecord } from "./record-attempt";
import { regionAt, type Region } from "./rollout";
import { factOf, promote, type Promotion } from "./promotion";

const options = z.object({
  contract: text,
  region: text,
  orders: text,
  ledger: text,
  "checkpoint-key": text.optional(),
  "approver-keys": text.optional(),
  "trusted-keys": text.optional(),
});

/** Command line of a region's own promoter. */
export function followerArguments(argv: readonly string[]) {
  const {
    "checkpoint-key": checkpointKey,
    "approver-keys": keys,
    "trusted-keys": trusted,
    ...given
  } = readArguments(argv, options);
  return {
    ...given,
    checkpointKey,
    approverKeys: approverKeysIn(keys),
    trustedKeys: trustedKeysIn(trusted),
  };
}

/** What a region's promoter follows an order with. */
export interface Following {
  readonly contract: Contract;
  readonly verdicts: readonly Verdict[];
  /** Keys of the people who approve, by role. */
  readonly approverKeys: readonly RoleKey[];
  /** Public keys (PEM), one of which must have signed the release. */
  readonly trustedKeys: readonly string[];
  readonly region: Region;
  readonly ledger: Pick<OpenLedger, "record" | "entries">;
  readonly now?: Date;
  /** Seconds between two looks at the Rollout. @default 10 */
  readonly pollSeconds?: number;
  readonly report: (line: string) => void;
}

/** Whether an order still wants anything: an order that is closed or too old is void. */
export function isOpen(order: Order | undefined, now: Date): order is Order {
  return order !== undefined && !order.closed && Date.parse(order.until) > now.getTime();
}

/**
 * Follows an order as the home region follows its own: the same checks, against this region's
 * Rollout and the approvals on record, then the patch and the trial's verdict. The answer is the
 * entry in the ledger, also where the release must not be promoted. Safe to run again: an order
 * that was answered is left alone, one whose trial goes on is waited for.
 * @returns exit code: 0 promoted or answered before, 2 refused before anything was touched, 3 the
 *   region refused the release
 */
export async function follow(order: Order, following: Following): Promise<number> {
  const { region, ledger, report } = following;
  const entries = await ledger.entries();
  if (answerTo(order, entries) !== undefined) return 0;
  const promotion = promotionOf(order, following, entries);
  try {
    const results = await promote(promotion);
    return results.every(({ outcome }) => outcome === "promoted") ? 0 : exitCodes.refused;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    report(error.message);
    await ledger.record(
      factOf(promotion, {
        region: region.name,
        outcome: "refused",
        seconds: 0,
        message: error.message,
      }),
    );
    return exitCodes.input;
  }
}

function promotionOf(
  { id, run, release, attestation, until }: Order,
  {
    contract,
    verdicts,
    approverKeys,
    trustedKeys,
    region,
    ledger,
    now = new Date(),
    pollSeconds,
    report,
  }: Following,
  entries: readonly Entry[],
): Promotion {
  return {
    contract,
    release,
    attestation,
    trustedKeys,
    regions: [region],
    run,
    attempt: attemptOnRecord(entries, { subject: contract.name, run }),
    order: id,
    actor: promoterAccount,
    refusal: (digest) => failedRelease(contract.name, digest, verdicts),
    approval: (digest) => approvalIn(entries, contract, digest, approverKeys),
    approverKeys,
    record: ledger.record,
    timeoutSeconds: Math.max(1, Math.round((Date.parse(until) - now.getTime()) / 1_000)),
    ...(pollSeconds !== undefined && { pollSeconds }),
    report,
  };
}

async function main(argv: readonly string[]): Promise<number> {
  const {
    contract: file,
    region,
    orders,
    ledger,
    checkpointKey,
    approverKeys,
    trustedKeys,
  } = followerArguments(argv);
  const [folder, model] = [dirname(dirname(file)), basename(dirname(file))];
  const order = await openOrders(orders).get(region, model);
  if (!isOpen(order, new Date())) return 0;
  const connection = await connect();
  return follow(order, {
    contract: loadContract(folder, model),
    verdicts: loadVerdicts(folder, model),
    approverKeys,
    trustedKeys,
    region: regionAt(region, (request) => send(connection, request), model),
    ledger: await openLedger(ledger, { checkpointKeys: await checkpointKeysAt(checkpointKey) }),
    report: (line) => console.log(line),
  });
}

if (require.main === module) void runProgram(main);
