import { paces } from "../../../infra/gates/pace";
import found from "../../../cli/docs/scenarios/requests.json";
import type { Result } from "../../../lab/scenarios/simulate";

const fine = found.scenarios.filter(({ truth }) => truth === "fine");
const bad = found.scenarios.filter(({ truth }) => truth === "bad");
const titled = (list: typeof fine) =>
  list.map((one) => ({ title: `${one.gate}: ${one.scenario}`, ...one }));
/** Minutes of two looks. */
const looks = (2 * paces.prod.lookSeconds) / 60;

describe("the gates on requests, where production breaks their assumptions", () => {
  it.each(titled(fine))(
    "roll back no more than 1% of the versions that are fine: $title",
    (one) => {
      for (const { gate } of one.levels) expect(gate.rolledBack).toBeLessThanOrEqual(0.01);
    },
  );

  it.each(titled(bad))("promote no more than 1% of the versions that are bad: $title", (one) => {
    for (const { gate } of one.levels) expect(gate.promoted).toBeLessThanOrEqual(0.01);
  });

  it.each(titled(bad).filter(({ scenario }) => !scenario.includes("outage")))(
    "find a bad version not much later than its own counts alone would: $title",
    ({ levels }) => {
      for (const { gate, alone } of levels)
        expect(gate.minutes ?? Infinity).toBeLessThanOrEqual(1.5 * (alone.minutes ?? 0) + looks);
    },
  );

  it("roll nobody back for what own counts alone would, in outages and bursts", () => {
    const levels: readonly Result[] = fine.flatMap((one): readonly Result[] => one.levels);
    const wrong = levels.filter(({ alone }) => alone.rolledBack > 0.5);
    expect(wrong.length).toBeGreaterThan(10);
    for (const { gate } of wrong) expect(gate.rolledBack).toBeLessThanOrEqual(0.01);
  });
});
