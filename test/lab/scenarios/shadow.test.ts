import found from "../../../cli/docs/scenarios/shadow.json";
import type { ShadowLevel } from "../../../lab/scenarios/shadow";

const of = (truth: string) =>
  found.scenarios
    .filter((one) => one.truth === truth)
    .map(({ scenario, levels }): { scenario: string; levels: readonly ShadowLevel[] } => ({
      scenario,
      levels,
    }));

describe("the comparison of a shadow release, where rows are not independent", () => {
  it.each(of("fine"))("refuses no more than 1% of the versions that are fine: $scenario", (one) => {
    for (const { gate } of one.levels) expect(gate.refused).toBeLessThanOrEqual(0.01);
  });

  it.each(of("bad"))("proves no more than 1% of the versions that are bad: $scenario", (one) => {
    for (const { gate } of one.levels) expect(gate.proven).toBeLessThanOrEqual(0.01);
  });

  it.each(of("bad").filter(({ scenario }) => !scenario.startsWith("one row")))(
    "finds a bad version as soon as the mean over the buckets would: $scenario",
    ({ levels }) => {
      for (const { gate, alone } of levels)
        expect({ ...gate, refused: 1 }).toEqual({ refused: 1, proven: 0, minutes: alone.minutes });
    },
  );

  it("proves a version that decides just acceptably many otherwise in the first window", () => {
    const just = of("fine").find(({ scenario }) => scenario.startsWith("5% decided otherwise"));
    for (const { gate } of just?.levels ?? []) {
      expect(gate.proven).toBeGreaterThanOrEqual(0.95);
      expect(gate.minutes).toBe(10);
    }
  });

  it("refuses nobody for a frequent row, which the mean alone refuses every time", () => {
    const wrong = of("fine")
      .flatMap(({ levels }) => levels)
      .filter(({ alone }) => alone.refused > 0.5);
    expect(wrong.length).toBeGreaterThanOrEqual(6);
    for (const { gate } of wrong) expect(gate.refused).toBeLessThanOrEqual(0.01);
  });
});
