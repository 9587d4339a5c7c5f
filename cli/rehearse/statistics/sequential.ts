import { logBeta } from "./gamma";

/** An interval of values that the data do not contradict. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Beta distribution that the likelihood is averaged over; chosen before the data, it decides only
 * where the interval is narrowest.
 */
export interface Mixture {
  readonly a: number;
  readonly b: number;
}

const jeffreys: Mixture = { a: 0.5, b: 0.5 };

/**
 * Confidence sequence of a proportion: with probability at least 1 - alpha the true value is inside
 * at every look, however often one looks and whenever one stops. Exact for independent yes-or-no
 * events: the values p at which the beta-binomial mixture likelihood ratio stays below 1/alpha
 * (Robbins 1970; Howard, Ramdas, McAuliffe and Sekhon 2021). Without events it is [0, 1].
 */
export function proportionSequence(
  successes: number,
  trials: number,
  alpha: number,
  mixture: Mixture = jeffreys,
): Interval {
  if (!(trials > 0) || !(successes >= 0 && successes <= trials)) return { low: 0, high: 1 };
  const failures = trials - successes;
  const evidence =
    logBeta(mixture.a + successes, mixture.b + failures) - logBeta(mixture.a, mixture.b);
  const inside = (p: number) =>
    evidence - times(successes, Math.log(p)) - times(failures, Math.log(1 - p)) <
    Math.log(1 / alpha);
  const middle = successes / trials;
  return {
    low: successes === 0 ? 0 : edge(inside, 0, middle),
    high: failures === 0 ? 1 : edge(inside, 1, middle),
  };
}

/** Mixture that is narrowest for rates of about `rate`. */
export function mixtureAround(rate: number): Mixture {
  return { a: 0.5, b: 0.5 / rate };
}

/**
 * Confidence sequence of the difference second - first of two proportions, each given as
 * [successes, trials]: the mixture SPRT with a normal mixture of standard deviation `spread`
 * (Lindon, Sanden and Shirikian 2022, arXiv 2205.14762). Asymptotic; [-1, 1] until both have data.
 */
export function differenceSequence(
  first: readonly [number, number],
  second: readonly [number, number],
  alpha: number,
  spread: number,
): Interval {
  if (!(first[1] > 0) || !(second[1] > 0)) return { low: -1, high: 1 };
  const variance = varianceOf(first) + varianceOf(second);
  const mixed = variance + spread * spread;
  const half = Math.sqrt(
    ((2 * variance * mixed) / (spread * spread)) * Math.log(Math.sqrt(mixed / variance) / alpha),
  );
  const middle = second[0] / second[1] - first[0] / first[1];
  return { low: Math.max(-1, middle - half), high: Math.min(1, middle + half) };
}

/**
 * Variance of a proportion with half an event added to either side, so that none seen does not mean
 * none possible.
 */
function varianceOf([successes, trials]: readonly [number, number]): number {
  const p = (successes + 0.5) / (trials + 1);
  return (p * (1 - p)) / trials;
}

/** 0 times minus infinity is 0 here: events that did not happen say nothing. */
function times(count: number, logarithm: number): number {
  return count === 0 ? 0 : count * logarithm;
}

/** Where `inside` changes between `outer` and `inner`, which is inside; outwards rounded. */
function edge(inside: (p: number) => boolean, outer: number, inner: number): number {
  let [out, within] = [outer, inner];
  for (let i = 0; i < 60; i += 1) {
    const middle = (out + within) / 2;
    if (inside(middle)) within = middle;
    else out = middle;
  }
  return out;
}
