import * as fc from "fast-check";
import { chiSquareQuantile, chiSquareTail } from "../../../cli/rehearse/statistics/gamma";
import {
  discoveryLevel,
  driftOf,
  smoothedShares,
  stabilityIndex,
  stabilityThreshold,
} from "../../../cli/rehearse/statistics/drift";
import { randomFrom } from "../../../cli/rehearse/random";

const equal = Array.from({ length: 10 }, () => 0.1);

describe("chi-square", () => {
  // scipy.stats.chi2.ppf(1 - tail, degrees)
  it.each([
    [0.01, 9, 21.665994333461924],
    [0.05, 1, 3.841458820694124],
    [0.001, 3, 16.26623619623813],
    [0.5, 16, 15.338498885001608],
  ])("has the quantile of scipy at tail %d with %d degrees", (tail, degrees, expected) => {
    expect(chiSquareQuantile(tail, degrees)).toBeCloseTo(expected, 8);
  });

  it("turns a quantile back into its tail", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 0.999, noNaN: true }),
        fc.integer({ min: 1, max: 40 }),
        (tail, degrees) =>
          Math.abs(chiSquareTail(chiSquareQuantile(tail, degrees), degrees) - tail) < 1e-9,
      ),
    );
  });

  it("refuses a tail that is no probability between the ends", () => {
    expect(() => chiSquareQuantile(0, 3)).toThrow("tail: got 0, allowed: above 0 and below 1");
  });
});

describe("the drift threshold", () => {
  it.each([
    [100, 0.433],
    [1000, 0.043],
    [5000, 0.0087],
  ])("of 1%% for 10 bins and %d rows on either side is %d", (rows, expected) => {
    expect(stabilityThreshold(10, rows, rows, 0.01)).toBeCloseTo(expected, rows === 5000 ? 4 : 3);
  });

  it("keeps its promise on clean windows, where a fixed 0.1 does not", () => {
    const random = randomFrom("clean windows");
    const counts = (rows: number) =>
      Array.from({ length: rows }, () => Math.floor(random() * 10)).reduce(
        (bins, bin) => bins.map((count, i) => count + Number(i === bin)),
        equal.map(() => 0),
      );
    const windows = Array.from({ length: 400 }, () =>
      stabilityIndex(smoothedShares(counts(100)), smoothedShares(counts(100))),
    );
    expect(
      windows.filter((index) => index > stabilityThreshold(10, 100, 100, 0.01)).length / 400,
    ).toBeLessThan(0.03);
    expect(windows.filter((index) => index > 0.1).length / 400).toBeGreaterThan(0.7);
  });
});

describe("Benjamini-Hochberg", () => {
  it("finds as in the worked example of the paper", () => {
    const values = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719,
      0.6528, 0.759, 1,
    ];
    expect(discoveryLevel(values, 0.05)).toBe(0.0095);
  });

  it("finds nothing without a small value, and never more than without correction", () => {
    expect(discoveryLevel([0.5, 0.9], 0.05)).toBeUndefined();
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }),
        (values) => (discoveryLevel(values, 0.05) ?? 0) <= 0.05,
      ),
    );
  });
});

describe("a window", () => {
  const feature = (name: string, counts: readonly number[]) => ({
    feature: name,
    reference: equal,
    referenceRows: 1000,
    counts,
  });
  const even = equal.map(() => 50);

  it("finds the feature that moved and not the others", () => {
    const found = driftOf(
      [feature("still", even), feature("moved", [10, 10, 10, 10, 10, 90, 90, 90, 90, 90])],
      0.01,
      200,
    );
    expect(found?.map(({ feature: name, drifted }) => [name, drifted])).toEqual([
      ["still", false],
      ["moved", true],
    ]);
    expect(found?.every(({ index, threshold, drifted }) => index > threshold === drifted)).toBe(
      true,
    );
  });

  it("finds a move that is so large that its probability is the number 0, alone and with others", () => {
    const gone = (rows: number) => [rows, ...equal.slice(1).map(() => 0)];
    const found = driftOf(
      [feature("still", even), feature("gone", gone(2772)), feature("gone too", gone(2772))],
      0.01,
      200,
    );
    expect(found?.map(({ p, drifted }) => [p === 0, drifted])).toEqual([
      [false, false],
      [true, true],
      [true, true],
    ]);
  });

  it("says nothing below the minimum number of rows, or when nothing was counted", () => {
    expect(
      driftOf(
        [
          feature(
            "few",
            equal.map(() => 19),
          ),
        ],
        0.01,
        200,
      ),
    ).toBeUndefined();
    expect(
      driftOf(
        [
          feature(
            "missing",
            equal.map(() => NaN),
          ),
        ],
        0.01,
        200,
      ),
    ).toBeUndefined();
    expect(driftOf([], 0.01, 200)).toBeUndefined();
  });
});
