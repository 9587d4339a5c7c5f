const lanczos = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
const smallest = 1e-300;
const precision = 1e-15;
const mostTerms = 2_000;

/**
 * Natural logarithm of the gamma function for x > 0 (Lanczos approximation, g = 7, nine terms;
 * about 15 digits).
 */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const sum = lanczos.reduce(
    (total, coefficient, i) => total + coefficient / (x + i),
    0.99999999999980993,
  );
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Natural logarithm of the beta function. */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** Probability that a chi-square with `degrees` degrees of freedom exceeds `value`. */
export function chiSquareTail(value: number, degrees: number): number {
  const [a, x] = [degrees / 2, value / 2];
  if (!(x > 0)) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? 1 - front * series(a, x) : front * fraction(a, x);
}

/**
 * Value that a chi-square with `degrees` degrees of freedom exceeds with probability `tail`, 0 <
 * tail < 1.
 */
export function chiSquareQuantile(tail: number, degrees: number): number {
  if (!(tail > 0 && tail < 1))
    throw new RangeError(`tail: got ${tail}, allowed: above 0 and below 1`);
  let [low, high] = [0, Math.max(1, degrees)];
  while (chiSquareTail(high, degrees) > tail) high *= 2;
  for (let i = 0; i < 200 && high - low > 1e-12 * high; i += 1) {
    const middle = (low + high) / 2;
    if (chiSquareTail(middle, degrees) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Series of the lower incomplete gamma function, fast below a + 1. */
function series(a: number, x: number): number {
  let [term, sum] = [1 / a, 1 / a];
  for (let n = 1; n < mostTerms && term > sum * precision; n += 1) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** Continued fraction of the upper incomplete gamma function (modified Lentz), fast above a + 1. */
function fraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / smallest;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < mostTerms; n += 1) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / nonZero(an * d + b);
    c = nonZero(b + an / c);
    h *= d * c;
    if (Math.abs(d * c - 1) < precision) break;
  }
  return h;
}

function nonZero(value: number): number {
  return Math.abs(value) < smallest ? smallest : value;
}
