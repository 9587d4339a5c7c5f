import { columns } from "../../../cli/plan/summary";
import type { Load } from "./client";

/** What the project promises, on one core for the server. */
const limits = {
  timesFastApi: 4,
  timesMlServer: 8,
  megabytes: 150,
  overloadedTimesUnloaded: 5,
  attackedTimesUnloaded: 5,
} as const;
/** Share of the sustainable rate that counts as unloaded. */
export const unloadedShare = 0.25;

export interface Result {
  readonly name: string;
  readonly perSecond: number;
  /**
   * Requests per second of the server's processor time: what its core serves when nothing else runs
   * on it and the client keeps up.
   */
  readonly perProcessorSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly megabytes: number;
}

export interface Overload {
  /** Requests per second that the server sustains. */
  readonly sustainable: number;
  readonly unloaded: Load;
  readonly sustaining: Load;
  readonly overloaded: Load;
  /** The unloaded rate, while others withhold the bodies of their requests. */
  readonly attacked: Load;
}

/** Ours, FastAPI, MLServer. */
export type Three<T> = readonly [T, T, T];

/**
 * Prints what was measured, and each limit.
 * @returns whether all limits are kept
 */
export function show(results: Three<Result>, overload: Overload): boolean {
  showServers(results);
  console.log();
  showLoads(overload);
  console.log();
  const checks = [...checksOfServers(results), ...checksOfOverload(overload)];
  print([
    ["limit", "measured", "allowed", ""],
    ...checks.map(({ what, measured, word, limit, kept }) => [
      what,
      measured.toFixed(2),
      `${word} ${limit.toFixed(2)}`,
      kept ? "pass" : "FAIL",
    ]),
  ]);
  return checks.every(({ kept }) => kept);
}

function showServers(results: Three<Result>): void {
  const [ours] = results;
  print([
    ["server", "requests/s", "per processor s", "p50 ms", "p99 ms", "MB", "Causeway is"],
    ...results.map((one) => [
      one.name,
      rate(one.perSecond),
      rate(one.perProcessorSecond),
      one.p50.toFixed(2),
      one.p99.toFixed(2),
      one.megabytes.toFixed(0),
      `${(ours.perSecond / one.perSecond).toFixed(1)} x (${(ours.perProcessorSecond / one.perProcessorSecond).toFixed(1)} x)`,
    ]),
  ]);
}

function showLoads({ sustainable, unloaded, sustaining, overloaded, attacked }: Overload): void {
  const total = (run: Load) => [...run.answers.values()].reduce((sum, count) => sum + count, 0);
  const line = (name: string, run: Load, wanted: number) => [
    name,
    rate(wanted),
    rate(total(run) / run.seconds),
    rate(run.accepted.count / run.seconds),
    rate((run.answers.get(503) ?? 0) / run.seconds),
    run.accepted.p50.toFixed(2),
    run.accepted.p99.toFixed(2),
    String(run.lost),
  ];
  print([
    ["load", "offered/s", "answered/s", "accepted/s", "shed/s", "p50 ms", "p99 ms", "lost"],
    line("unloaded", unloaded, unloadedShare * sustainable),
    line("sustained", sustaining, sustainable),
    line("twice that", overloaded, 2 * sustainable),
    line("bodies withheld", attacked, unloadedShare * sustainable),
  ]);
}

interface Check {
  readonly what: string;
  readonly measured: number;
  readonly word: "at least" | "at most" | "below";
  readonly limit: number;
  readonly kept: boolean;
}

function check(what: string, measured: number, word: Check["word"], limit: number): Check {
  const kept = {
    "at least": measured >= limit,
    "at most": measured <= limit,
    below: measured < limit,
  }[word];
  return { what, measured, word, limit, kept };
}

function checksOfServers([ours, fastapi, mlserver]: Three<Result>): Check[] {
  const timesOf = (peer: Result) => ours.perSecond / peer.perSecond;
  const fasterPeer = Math.min(fastapi.p99, mlserver.p99);
  return [
    check("requests/s over FastAPI", timesOf(fastapi), "at least", limits.timesFastApi),
    check("requests/s over MLServer", timesOf(mlserver), "at least", limits.timesMlServer),
    check("p99 against the faster peer, ms", ours.p99, "below", fasterPeer),
    check("resident memory, MB", ours.megabytes, "below", limits.megabytes),
  ];
}

function checksOfOverload({ unloaded, overloaded, attacked }: Overload): Check[] {
  return [
    check(
      "p99 of what is accepted, overloaded over unloaded",
      overloaded.accepted.p99 / unloaded.accepted.p99,
      "below",
      limits.overloadedTimesUnloaded,
    ),
    check(
      "p99 while bodies are withheld, over unloaded",
      attacked.accepted.p99 / unloaded.accepted.p99,
      "below",
      limits.attackedTimesUnloaded,
    ),
    check("requests shed while bodies are withheld", attacked.answers.get(503) ?? 0, "at most", 0),
    check("requests lost", unloaded.lost + overloaded.lost + attacked.lost, "at most", 0),
  ];
}

function rate(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function print(lines: readonly (readonly string[])[]): void {
  for (const line of columns(lines)) console.log(line);
}
