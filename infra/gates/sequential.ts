/**
 * Tests that hold at every look, however often one looks and whenever one stops. Each gate is the
 * logarithm of a quantity that is 1 on average for every version that keeps the gate, and never
 * expected to grow; by Ville's inequality (1939) the probability that it ever reaches 1/alpha is
 * then at most alpha. Here it is called the evidence against a version.
 */

/** A share that is fine and one that is not; what lies between is judged by neither. */
export interface Shares {
  readonly acceptable: number;
  readonly unacceptable: number;
}

/**
 * Probability that a release is rolled back although it keeps every gate; over all gates and all
 * looks of the release together.
 */
export const falseRollback = 0.01;

/** Probability that a version whose share is just unacceptable passes for proven good. */
export const falseProof = 0.05;

/**
 * Evidence at which one of so many gates refuses a version (Bonferroni), those of every region
 * counted: the release as a whole keeps {@link falseRollback}.
 */
export function refusal(gates: number, alpha: number = falseRollback): number {
  return Math.log(gates / alpha);
}

/**
 * Evidence at or below which a version is proven good: the inverse ratio obeys Ville's inequality
 * under the unacceptable share.
 */
export const proof = Math.log(falseProof);

/** Weights of the likelihood ratio: what one event and one trial add to the evidence. */
export function waldWeights({ acceptable, unacceptable }: Shares): {
  readonly event: number;
  readonly trial: number;
} {
  const trial = Math.log((1 - unacceptable) / (1 - acceptable));
  return { event: Math.log(unacceptable / acceptable) - trial, trial };
}

/**
 * Wald's log likelihood ratio (1945) of the unacceptable against the acceptable share. For every
 * true share up to the acceptable one the ratio is a supermartingale, so the gate is valid for them
 * all.
 */
export function waldEvidence(shares: Shares, events: number, trials: number): number {
  const { event, trial } = waldWeights(shares);
  return event * events + trial * trials;
}

/** {@link waldEvidence} in PromQL. */
export function waldQuery(shares: Shares, events: string, trials: string): string {
  const { event, trial } = waldWeights(shares);
  return `${exact(event)} * ${events} + ${exact(trial)} * ${trials}`;
}

/**
 * Mixture likelihood ratio of a normal estimate that exceeds its limit by `excess` and has this
 * variance, averaged over excesses with standard deviation `spread` (Robbins 1970; Lindon, Sanden
 * and Shirikian 2022, arXiv 2205.14762). `spread` is chosen before the data and decides only which
 * excess is found soonest. An estimate on the right side of its limit is no evidence. Asymptotic,
 * so it needs a minimum sample.
 */
export function mixtureEvidence(excess: number, variance: number, spread: number): number {
  const wider = variance + spread ** 2;
  const over = Math.max(0, excess);
  return 0.5 * Math.log(variance / wider) + (over ** 2 * spread ** 2) / (2 * variance * wider);
}

/** {@link mixtureEvidence} in PromQL. */
export function mixtureQuery(excess: string, variance: string, spread: number): string {
  const wider = `(${variance} + ${exact(spread ** 2)})`;
  return `0.5 * ln(${variance} / ${wider}) + clamp_min(${excess}, 0) ^ 2 * ${exact(spread ** 2)} / (2 * ${variance} * ${wider})`;
}

/** Ten digits: evidence over ten million trials is exact to a hundredth. */
export function exact(value: number): string {
  return String(Number(value.toPrecision(10)));
}

/**
 * Trials that a Wald test takes on average until the evidence reaches `boundary`, when `share` is
 * true (Wald's identity, no overshoot). Infinity when it drifts away.
 */
export function meanTrials(shares: Shares, share: number, boundary: number): number {
  const drift = waldEvidence(shares, share, 1);
  const trials = boundary / drift;
  return trials > 0 ? trials : Infinity;
}
