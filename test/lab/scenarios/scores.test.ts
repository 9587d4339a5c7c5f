import found from "../../../cli/docs/scenarios/scores.json";
import { paces } from "../../../infra/gates/pace";
import type { ScoreLevel } from "../../../lab/scenarios/scores";

const of = (truth: string) =>
  found.scenarios
    .filter((one) => one.truth === truth)
    .map(({ scenario, levels }): { scenario: string; levels: readonly ScoreLevel[] } => ({
      scenario,
      levels,
    }));
const look = paces.prod.lookSeconds / 60;

describe("scores against the champion's, where requests are not independent of one kind", () => {
  it.each(of("fine"))("refuse no more than 1% of the versions that are fine: $scenario", (one) => {
    for (const { gate } of one.levels) expect(gate.refused).toBeLessThanOrEqual(0.01);
  });

  it.each(of("bad"))(
    "let no more than 1% of the versions through that are bad, and find them not much later: $scenario",
    (one) => {
      for (const { gate, alone } of one.levels) {
        expect(gate.refused).toBeGreaterThanOrEqual(0.99);
        expect(gate.minutes ?? Infinity).toBeLessThanOrEqual(1.5 * (alone.minutes ?? 0) + look);
      }
    },
  );

  it("refuse nobody for what the totals of an hour would: jobs, shifts, batches, callers without a subject", () => {
    const wrong = of("fine")
      .flatMap(({ levels }) => levels)
      .filter(({ alone }) => alone.refused > 0.5);
    expect(wrong.length).toBeGreaterThanOrEqual(15);
    for (const { gate } of wrong) expect(gate.refused).toBeLessThanOrEqual(0.01);
  });
});
