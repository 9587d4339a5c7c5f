import { scrapeSeconds } from "./pace";
import { proof, waldWeights, type Shares } from "./sequential";

/**
 * How long a pod that is gone still counts; a version that is tried again within it meets its own
 * past.
 */
const memory = "1h";
/**
 * Gap between two lives of a server that still counts as a restart: back-off grows to five minutes.
 */
const gap = "10m";
/** Step at which restarts are looked for: the interval of the scrapes. */
const step = `${scrapeSeconds}s`;

/**
 * Events since the version's first pod started, as a sum over counters. The counters of a version
 * start at zero with its pods, so their plain values are exact, where `increase()` would
 * extrapolate to events that nobody counted and lose the first of a series that begins with it. Two
 * things are put right: pods that are gone keep their last value, and when a server restarts in its
 * pod, what it had counted before is added. Empty when no such series exists.
 */
export function total(selector: string): string {
  const before = `last_over_time(${selector}[${gap}] offset ${step})`;
  const lost = `sum(sum_over_time((${before} > last_over_time(${selector}[${gap}]))[${memory}:${step}]))`;
  return `(sum(last_over_time(${selector}[${memory}])) + (${lost} or vector(0)))`;
}

/** {@link total}, and 0 where it is empty. */
export function totalOrZero(selector: string): string {
  return `(${total(selector)} or vector(0))`;
}

/** {@link waldEvidence} in PromQL. */
export function wald(shares: Shares, events: string, trials: string): string {
  const { event, trial } = waldWeights(shares);
  return `${exact(event)} * ${events} + ${exact(trial)} * ${trials}`;
}

/** {@link mixtureEvidence} in PromQL. */
export function mixture(excess: string, variance: string, spread: number): string {
  const wider = `(${variance} + ${exact(spread ** 2)})`;
  return `0.5 * ln(${variance} / ${wider}) + clamp_min(${excess}, 0) ^ 2 * ${exact(spread ** 2)} / (2 * ${variance} * ${wider})`;
}

/** Ten digits: evidence over ten million trials is exact to a hundredth. */
export function exact(value: number): string {
  return String(Number(value.toPrecision(10)));
}

/**
 * What Argo Rollouts makes of a look. No result is neither success nor failure; NaN is a failure,
 * since no healthy server counts NaN.
 */
export const conditions = {
  refused: (boundary: number) => bad(`result[0] >= ${exact(boundary)}`),
  notRefused: (boundary: number) => good(`result[0] < ${exact(boundary)}`),
  atMost: (boundary: number) => good(`result[0] <= ${exact(boundary)}`),
  atLeast: (boundary: number) => good(`result[0] >= ${exact(boundary)}`),
  below: (boundary: number) => bad(`result[0] <= ${exact(boundary)}`),
  proven: good(`result[0] <= ${exact(proof)}`),
  notANumber: "len(result) == 1 && isNaN(result[0])",
} as const;

function good(holds: string): string {
  return `len(result) == 1 && !isNaN(result[0]) && ${holds}`;
}

function bad(holds: string): string {
  return `len(result) == 1 && (isNaN(result[0]) || ${holds})`;
}
