import type { Problem } from "./problems";
import { durationText, type Seconds } from "./units";

/** How the loss of a region is noticed. */
export interface RecoveryTiming {
  /** Seconds between two requests of one health checker; Route 53 offers 10 and 30. */
  readonly checkIntervalSeconds: number;
  /** Failed checks in a row before a checker calls the endpoint unhealthy. */
  readonly failureThreshold: number;
  /** Seconds that resolvers keep an answer. @default that of an alias, {@link aliasTtlSeconds} */
  readonly ttlSeconds?: number | undefined;
  /** Seconds that a target keeps its open requests. @default {@link drainSeconds} */
  readonly drainSeconds?: number | undefined;
}

/** A {@link RecoveryTiming} with the objectives that it must meet. */
export interface RecoveryObjective extends RecoveryTiming {
  /** Recovery time objective for the loss of one region, e.g. of `5 minutes`. */
  readonly rto: Seconds;
  /**
   * Recovery point objective for what buckets hold, e.g. `15 minutes`. @default none is declared
   */
  readonly rpo?: Seconds | undefined;
}

/**
 * Longest wait of one HTTPS check: 4 s for the connection and 2 s for the answer (Route 53
 * Developer Guide, "How Amazon Route 53 determines whether a health check is healthy").
 */
export const checkTimeoutSeconds = 6;
/**
 * Our margin for what AWS publishes no figure for: Route 53 combines its checkers and tells its
 * name servers.
 */
export const aggregationMarginSeconds = 10;
/**
 * TTL of an alias record that points to a load balancer; it cannot be changed (Route 53 FAQ, "DNS
 * failover").
 */
export const aliasTtlSeconds = 60;
/**
 * Seconds that a target keeps its open requests after it was taken out; set on our target groups.
 */
export const drainSeconds = 20;
/**
 * Our assumption about callers: a request to the lost region times out, and the retry resolves the
 * name again.
 */
export const callerRetrySeconds = 10;

/** One part of the time to recover, in the order in which the parts follow each other. */
export interface RecoveryPart {
  readonly name:
    "detection" | "check timeout" | "aggregation" | "name cache" | "drain" | "caller retry";
  readonly seconds: number;
  /** Where the number comes from, in one sentence for the report. */
  readonly reason: string;
}

/** Longest time from the loss of a region until every caller is served by another. */
export interface RecoveryBudget {
  readonly parts: readonly RecoveryPart[];
  readonly totalSeconds: number;
}

/**
 * The recovery-time budget of a health-check timing: an upper bound, all parts one after the other.
 */
export function recoveryBudget({
  checkIntervalSeconds,
  failureThreshold,
  ttlSeconds = aliasTtlSeconds,
  drainSeconds: drain = drainSeconds,
}: RecoveryTiming): RecoveryBudget {
  const parts: RecoveryPart[] = [
    {
      name: "detection",
      seconds: checkIntervalSeconds * failureThreshold,
      reason: `${failureThreshold} failed checks, ${checkIntervalSeconds} s apart`,
    },
    {
      name: "check timeout",
      seconds: checkTimeoutSeconds,
      reason: "The last check waits 4 s for a connection and 2 s for an answer",
    },
    {
      name: "aggregation",
      seconds: aggregationMarginSeconds,
      reason: "Margin until Route 53 has combined its checkers and told its name servers",
    },
    {
      name: "name cache",
      seconds: ttlSeconds,
      reason: `Resolvers keep an alias of a load balancer for ${ttlSeconds} s`,
    },
    { name: "drain", seconds: drain, reason: "Requests in flight at the lost region run out" },
    {
      name: "caller retry",
      seconds: callerRetrySeconds,
      reason: "A caller times out once and resolves the name again",
    },
  ];
  return { parts, totalSeconds: parts.reduce((sum, part) => sum + part.seconds, 0) };
}

/**
 * Seconds after the loss at which name servers stop to name the region: what the parts before the
 * name cache add up to.
 */
export function rerouteSeconds(timing: RecoveryTiming): number {
  return (
    recoveryBudget({ ...timing, ttlSeconds: 0, drainSeconds: 0 }).totalSeconds - callerRetrySeconds
  );
}

/** The parts of a budget in one line: `detection 30 s, check timeout 6 s, ...`. */
export function partsText({ parts }: RecoveryBudget): string {
  return parts.map((part) => `${part.name} ${part.seconds} s`).join(", ");
}

/**
 * The problem of a configuration whose health checks cannot meet its own objective; empty without
 * one, or where nothing fails over.
 */
export function recoveryProblems({
  recovery,
}: {
  readonly recovery?: RecoveryObjective | undefined;
}): Problem[] {
  if (recovery === undefined) return [];
  const budget = recoveryBudget(recovery);
  if (budget.totalSeconds <= recovery.rto) return [];
  return [
    {
      key: "recovery.rto",
      got: durationText(recovery.rto),
      allowed: `at least ${budget.totalSeconds} seconds (${partsText(budget)}); or lower recovery.checkIntervalSeconds or recovery.failureThreshold`,
    },
  ];
}
