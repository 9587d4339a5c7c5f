import { execFileSync } from "node:child_process";
import type { Results } from "../../lab/scenarios/main";
import published from "../../cli/docs/gate-scenarios.json";
import { paces } from "../../infra/gates/pace";

/** In a process of its own: what jest makes of globals slows arithmetic down tenfold. */
const found: Results = JSON.parse(
  execFileSync(process.execPath, ["--import", "tsx", "lab/scenarios/main.ts", "--json"], {
    encoding: "utf8",
  }),
);
const fine = found.scenarios.filter(({ truth }) => truth === "fine");
const bad = found.scenarios.filter(({ truth }) => truth === "bad");
const titled = (list: typeof fine) =>
  list.map((one) => ({ title: `${one.gate}: ${one.scenario}`, ...one }));
/** Minutes of two looks. */
const looks = (2 * paces.prod.lookSeconds) / 60;

describe("the gates on requests, where production breaks their assumptions", () => {
  it("and A/B tests do what docs/gates.md says", () => {
    expect(found).toEqual(published);
  });

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
    const wrong = fine
      .flatMap(({ levels }) => levels)
      .filter(({ alone }) => alone.rolledBack > 0.5);
    expect(wrong.length).toBeGreaterThan(10);
    for (const { gate } of wrong) expect(gate.rolledBack).toBeLessThanOrEqual(0.01);
  });
});

describe("A/B tests, where production breaks their assumptions", () => {
  const of = (truth: string) => found.experiments.scenarios.filter((one) => one.truth === truth);

  it.each(of("alike"))(
    "decide between versions that are alike in no more than twice the 5% that they may: $scenario",
    ({ levels }) => {
      for (const { better, worse } of levels) expect(better + worse).toBeLessThanOrEqual(0.1);
    },
  );

  it.each(of("worse"))("never promote a worse version, and find it: $scenario", ({ levels }) => {
    for (const { better, worse } of levels)
      expect({ better, found: worse >= 0.99 }).toEqual({ better: 0, found: true });
  });

  it.each(of("better"))(
    "never roll a better version back, and find it: $scenario",
    ({ levels }) => {
      for (const { better, worse } of levels)
        expect({ worse, found: better >= 0.8 }).toEqual({ worse: 0, found: true });
    },
  );
});
