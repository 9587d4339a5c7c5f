import found from "../../../cli/docs/scenarios/experiments.json";

describe("A/B tests, where production breaks their assumptions", () => {
  const of = (truth: string) => found.scenarios.filter((one) => one.truth === truth);

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
