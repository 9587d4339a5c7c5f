import fc from "fast-check";
import { fairnessDeviations } from "../../../infra/observability/fairness";
import {
  chiSquareQuantile,
  chiSquareTail,
  normalQuantile,
  psiThreshold,
  sharedLevel,
} from "../../../infra/gates/statistics";

describe("chi-square quantiles", () => {
  // scipy.stats.chi2.isf(tail, degrees), SciPy 1.15.3.
  test.each([
    [0.01, 9, 21.665994333461924],
    [0.05, 1, 3.8414588206941245],
    [0.01, 1, 6.634896601021214],
    [0.001, 3, 16.26623619623813],
    [0.01 / 17, 9, 29.24904012592286],
    [0.5, 19, 18.337652896756478],
    [1e-6, 5, 35.888186879672865],
  ])("of tail %d with %d degrees is what SciPy gives", (tail, degrees, expected) => {
    expect(chiSquareQuantile(tail, degrees) / expected).toBeCloseTo(1, 6);
  });

  test("invert the tail", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-8, max: 0.99, noNaN: true }),
        fc.integer({ min: 1, max: 60 }),
        (tail, degrees) => {
          expect(chiSquareTail(chiSquareQuantile(tail, degrees), degrees) / tail).toBeCloseTo(1, 6);
        },
      ),
    );
  });

  test("are refused for a tail or degrees that have none", () => {
    for (const [tail, degrees] of [
      [0, 9],
      [1, 9],
      [NaN, 9],
      [0.01, 0],
    ] as const)
      expect(() => chiSquareQuantile(tail, degrees)).toThrow(
        `chi-square quantile of tail ${tail} and ${degrees} degrees of freedom`,
      );
  });
});

test("normal quantiles are those of the tables", () => {
  expect(normalQuantile(0.025)).toBeCloseTo(1.959964, 6);
  expect(normalQuantile(0.01)).toBeCloseTo(2.326348, 6);
});

test("a true 1% threshold of the stability index over 10 bins is 0.433, 0.043 and 0.0087, with as many rows in the reference", () => {
  expect(psiThreshold(0.01, 10, 100, 100)).toBeCloseTo(0.433, 3);
  expect(psiThreshold(0.01, 10, 1_000, 1_000)).toBeCloseTo(0.043, 3);
  expect(psiThreshold(0.01, 10, 5_000, 5_000)).toBeCloseTo(0.0087, 4);
});

/** Numbers from 0 to 1 that are the same in each run (mulberry32). */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The index as the rules compute it, half a row added to each bin. */
function stabilityIndex(window: number[], reference: number[]): number {
  const shares = (counts: number[]) =>
    counts.map((count) => (count + 0.5) / (counts.reduce((a, b) => a + b) + counts.length / 2));
  const [p, q] = [shares(window), shares(reference)];
  return p.reduce((sum, share, i) => sum + (share - q[i]!) * Math.log(share / q[i]!), 0);
}

test.each([
  ["ten even bins", Array.from({ length: 10 }, () => 0.1)],
  ["two values, one of them rare", [0.93, 0.07]],
  ["six values, some of them rare", [0.55, 0.2, 0.1, 0.08, 0.04, 0.03]],
])("without drift the threshold is passed about as often as it says: %s", (_, shares) => {
  const random = randoms(7);
  const cumulative = shares.map((_, i) => shares.slice(0, i + 1).reduce((a, b) => a + b));
  const sample = (n: number) => {
    const counts = shares.map(() => 0);
    for (let i = 0; i < n; i += 1) {
      const draw = random();
      let bin = 0;
      while (bin < counts.length - 1 && draw >= cumulative[bin]!) bin += 1;
      counts[bin]! += 1;
    }
    return counts;
  };
  const [runs, n, m] = [1_000, 250, 500];
  const limit = psiThreshold(0.05, shares.length, n, m);
  const passed = Array.from({ length: runs }, () => stabilityIndex(sample(n), sample(m))).filter(
    (index) => index > limit,
  ).length;
  expect(passed / runs).toBeGreaterThan(0.025);
  expect(passed / runs).toBeLessThan(0.07);
});

describe("a window that shares its false alarms with another", () => {
  test("has a level whose rate of crossings is its share", () => {
    const rate = (u: number) => u * Math.exp(-(u ** 2) / 2);
    for (const share of [1, 0.5, 1 / 14])
      expect(rate(sharedLevel(1.96, share)) / rate(1.96)).toBeCloseTo(share, 9);
    for (const [level, share] of [
      [1, 0.5],
      [NaN, 0.5],
      [2, 0],
      [2, 1.5],
    ] as const)
      expect(() => sharedLevel(level, share)).toThrow(
        `level of ${level} deviations and a share of ${share}`,
      );
  });

  test("is wrong less often, together with it, than the other alone: 2,800 simulated weeks at the gate", () => {
    const random = randoms(11);
    const [perDay, days] = [24, 20_000];
    const sums = [0];
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    for (let i = 0; i < perDay * days; i += 1) sums.push(sums[i]! + normal());
    const mean = (end: number, length: number) => (sums[end]! - sums[end - length]!) / length;
    const [short, long, alone] = [perDay, 7 * perDay, normalQuantile(0.025)];
    const levels = fairnessDeviations("selection-rate-ratio");
    const found = { alone: 0, long: 0, short: 0 };
    const on = { alone: false, long: false, short: false };
    for (let i = long + short; i < sums.length; i += 1) {
      const week = mean(i, long) * Math.sqrt(long);
      const fall = (mean(i, short) - mean(i - short, long)) / Math.sqrt(1 / short + 1 / long);
      const now = {
        alone: week > alone,
        long: week > levels.long,
        short: Math.abs(fall) > levels.short,
      };
      for (const name of ["alone", "long", "short"] as const) {
        if (now[name] && !on[name]) found[name] += 1;
        on[name] = now[name];
      }
    }
    expect(found.short).toBeGreaterThan(10);
    expect(found.long + found.short).toBeLessThan(found.alone);
    expect(found.alone).toBeGreaterThan(100);
  });
});
