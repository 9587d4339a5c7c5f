import { comparisonSignificance, driftOf, leastIndex } from "../../../infra/observability/drift";
import { psiThreshold } from "../../../infra/gates/statistics";
import { randoms } from "./promtool/scenario";
import { contract } from "./fixture";
import { duration } from "../../../services/contract/units";

const equal = Array.from({ length: 10 }, () => 0.1);
const small = {
  features: contract.features.slice(0, 2),
  drift: { significance: 0.01, window: duration.parse("1 hour"), minimumSamples: 200 },
};
const feature = (name: string, counts: readonly number[], referenceRows = 1_000) => ({
  feature: name,
  reference: equal,
  referenceRows,
  counts,
});
const even = equal.map(() => 50);

describe("drift from counts", () => {
  it("is found in the feature that moved and not in the others", () => {
    const found = driftOf(small, [
      feature("still", even),
      feature("moved", [10, 10, 10, 10, 10, 90, 90, 90, 90, 90]),
    ]);
    expect(found.map(({ feature: name, drifted }) => [name, drifted])).toEqual([
      ["still", false],
      ["moved", true],
    ]);
  });

  it("has the threshold of the window's own rows and bins, over all features together", () => {
    const [found] = driftOf(small, [feature("still", even)]);
    expect(comparisonSignificance(small)).toBeCloseTo(0.01 / 3, 12);
    expect(found!.threshold).toBeCloseTo(psiThreshold(0.01 / 3, 10, 500, 1_000), 6);
  });

  it("is not found where millions of rows show a harmless difference, but a notable one is", () => {
    const moved = (by: number) => equal.map((_, i) => 300_000 * (1 + (i < 5 ? -by : by)));
    const found = driftOf(small, [
      feature("harmless", moved(0.14), 1_000_000),
      feature("notable", moved(0.24), 1_000_000),
    ]);
    expect(
      found.map(({ index, threshold, drifted }) => [index.toFixed(3), threshold, drifted]),
    ).toEqual([
      ["0.020", leastIndex, false],
      ["0.059", leastIndex, true],
    ]);
    // Chance alone would explain neither.
    expect(psiThreshold(0.01 / 3, 10, 3_000_000, 1_000_000)).toBeLessThan(0.001);
  });

  it("is found where a bin holds everything", () => {
    const gone = [2_772, ...equal.slice(1).map(() => 0)];
    expect(driftOf(small, [feature("gone", gone)])).toMatchObject([{ drifted: true }]);
  });

  it("is not judged below the minimum of rows, nor without any", () => {
    const few = [19, 0, 0, 0, 0, 0, 0, 0, 0, 100];
    expect(
      driftOf(small, [
        feature("few", few),
        feature(
          "none",
          equal.map(() => 0),
        ),
      ]),
    ).toMatchObject([
      { rows: 119, enough: false, drifted: false },
      { rows: 0, enough: false, drifted: false, index: NaN },
    ]);
  });

  it("is found in clean windows no more often than the contract says, where a fixed 0.1 is", () => {
    const random = randoms(21);
    const counts = () => {
      const bins = equal.map(() => 0);
      for (let row = 0; row < 200; row += 1) bins[Math.floor(10 * random())]! += 1;
      return bins;
    };
    // The reference is a draw of its own, from as many rows as the window.
    const windows = Array.from({ length: 400 }, () => {
      const reference = counts().map((count) => count / 200);
      const drawn = ["a", "b", "c"].map((name) => ({
        ...feature(name, counts(), 200),
        reference,
      }));
      return driftOf(small, drawn);
    });
    const share = (of: (found: (typeof windows)[number]) => boolean) =>
      windows.filter(of).length / windows.length;
    expect(share((found) => found.some(({ drifted }) => drifted))).toBeLessThan(0.03);
    expect(share((found) => found.some(({ index }) => index > 0.1))).toBeGreaterThan(0.5);
  });
});
