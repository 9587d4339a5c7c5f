/**
 * Lanczos coefficients for g = 7, n = 9 (Numerical Recipes, 3rd edition, section 6.1, gives the
 * method).
 */
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/** Natural logarithm of the gamma function, for x >= 0.5. */
function logGamma(x: number): number {
  const shifted = x - 1;
  const base = shifted + 7.5;
  const sum = lanczos.reduce(
    (total, coefficient, i) => total + (i === 0 ? coefficient : coefficient / (shifted + i)),
    0,
  );
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(sum);
}

/**
 * Upper tail of the chi-square distribution: the probability of more than `x`. Series below the
 * mean, continued fraction above it.
 */
export function chiSquareTail(x: number, degrees: number): number {
  if (x <= 0) return 1;
  const [a, half] = [degrees / 2, x / 2];
  const scale = Math.exp(a * Math.log(half) - half - logGamma(a));
  if (half < a + 1) {
    let [term, sum] = [1 / a, 1 / a];
    for (let i = 1; i < 1_000 && term > sum * 1e-16; i += 1) {
      term *= half / (a + i);
      sum += term;
    }
    return 1 - scale * sum;
  }
  // Modified Lentz (Numerical Recipes, section 6.2).
  let b = half + 1 - a;
  let [c, d] = [1e300, 1 / b];
  let fraction = d;
  for (let i = 1; i < 1_000; i += 1) {
    const step = -i * (i - a);
    b += 2;
    d = 1 / (step * d + b);
    c = b + step / c;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return scale * fraction;
}

/**
 * Value that a chi-square variable exceeds with probability `tail`. Throws RangeError unless 0 <
 * tail < 1 and degrees >= 1.
 */
export function chiSquareQuantile(tail: number, degrees: number): number {
  if (!(tail > 0 && tail < 1) || !(degrees >= 1))
    throw new RangeError(
      `chi-square quantile of tail ${tail} and ${degrees} degrees of freedom, allowed: a tail between 0 and 1, at least 1 degree`,
    );
  let [low, high] = [0, degrees + 10];
  while (chiSquareTail(high, degrees) > tail) high *= 2;
  for (let i = 0; i < 100; i += 1) {
    const middle = (low + high) / 2;
    if (chiSquareTail(middle, degrees) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Value that a standard normal variable exceeds with probability `tail`, for tails up to a half:
 * its square is chi-square with one degree.
 */
export function normalQuantile(tail: number): number {
  return Math.sqrt(chiSquareQuantile(2 * tail, 1));
}

/**
 * Two-sided 95% quantile of the standard normal distribution, for every interval that the rules
 * record.
 */
export const z95 = Number(normalQuantile(0.025).toFixed(4));

/**
 * Deviations at which a window that slides on has `share` of the false alarms that it has at
 * `level`. The mean over a window of length W of independent rows crosses u deviations at a rate of
 * u exp(-u^2 / 2) / (W sqrt(2 pi)) (Slepian's process; Aldous 1989, Probability Approximations via
 * the Poisson Clumping Heuristic, section D). So a window of a seventh of the length that may have
 * as many false alarms has a share of a seventh. Throws RangeError unless the level is above 1,
 * where the rate falls with it, and 0 < share <= 1.
 */
export function sharedLevel(level: number, share: number): number {
  if (!(level > 1) || !(share > 0 && share <= 1))
    throw new RangeError(
      `level of ${level} deviations and a share of ${share}, allowed: a level above 1, a share above 0 and up to 1`,
    );
  const rate = (u: number) => u * Math.exp(-(u ** 2) / 2);
  let [low, high] = [level, level + 10];
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (rate(middle) > share * rate(level)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Population stability index that a window without drift exceeds with probability `significance`:
 * (1/n + 1/m) times the chi-square quantile with one degree less than there are bins (Yurdakul and
 * Naranjo 2020, Statistical properties of the population stability index).
 */
export function psiThreshold(
  significance: number,
  bins: number,
  rows: number,
  referenceRows: number,
): number {
  return (1 / rows + 1 / referenceRows) * chiSquareQuantile(significance, bins - 1);
}
