import { join } from "node:path";
import * as fc from "fast-check";
import { loadContract } from "../../../services/contract/load";
import type { ArmCounts, Confusion } from "../../../cli/rehearse/counts";
import { decide } from "../../../cli/rehearse/decision";
import { liveFairness } from "../../../cli/rehearse/fairness";
import { randomFrom } from "../../../cli/rehearse/random";
import {
  differenceSequence,
  mixtureAround,
  proportionSequence,
} from "../../../cli/rehearse/statistics/sequential";

const contract = loadContract(
  join(__dirname, "..", "..", "..", "services", "models"),
  "loan-approval",
);
const rules = { contract, minimumRequests: 200 };

function confusion(rows: number): Confusion {
  return {
    truePositive: rows * 0.84,
    falsePositive: rows * 0.06,
    trueNegative: rows * 0.06,
    falseNegative: rows * 0.04,
  };
}

function arm(requests: number, changes: Partial<ArmCounts> = {}): ArmCounts {
  const groups = {
    race: {
      white: confusion(requests * 0.85),
      black: confusion(requests * 0.1),
      hispanic: confusion(requests * 0.05),
    },
    sex: { male: confusion(requests * 0.8), female: confusion(requests * 0.2) },
  };
  return { requests, errors: 0, slow: 0, outcomes: confusion(requests), groups, ...changes };
}

function verdict(challenger: ArmCounts, last = false, champion = arm(9 * challenger.requests)) {
  return decide({ champion, challenger, share: 0.1 }, rules, last);
}

describe("a challenger", () => {
  it("is promoted once it is shown not to err, and nothing is contradicted", () => {
    expect(verdict(arm(300)).action).toBe("continue");
    expect(verdict(arm(1200))).toMatchObject({ action: "promote" });
  });

  it("is rolled back when it errs, with the gate, the value and the bound", () => {
    const { action, reason } = verdict(arm(400, { errors: 20 }));
    expect(action).toBe("roll back");
    expect(reason).toMatch(/^error ratio 0\.05 \(0\.0\d+ to 0\.\d+\), at most 0\.01$/);
  });

  it("is rolled back when it is slow and the champion is not, and not when both are", () => {
    expect(verdict(arm(400, { slow: 80 })).action).toBe("roll back");
    expect(verdict(arm(400, { slow: 80 }), false, arm(3600, { slow: 720 })).action).toBe(
      "continue",
    );
  });

  it("is rolled back at the first look when it is very slow, where errors are soon shown to be few enough", () => {
    const loose = { ...contract, slos: { ...contract.slos, availability: 0.99 } };
    const slow = { champion: arm(1800), challenger: arm(201, { slow: 56 }), share: 0.1 };
    expect(decide(slow, { ...rules, contract: loose }, false).reason).toContain(
      "slower than 100 milliseconds",
    );
  });

  it("is rolled back when it decides worse", () => {
    const worse = { truePositive: 600, falsePositive: 150, trueNegative: 50, falseNegative: 200 };
    expect(verdict(arm(1000, { outcomes: worse })).reason).toContain("gain in accuracy");
  });

  it("is rolled back when live labels contradict the fairness gate", () => {
    const declined = { truePositive: 20, falsePositive: 5, trueNegative: 25, falseNegative: 50 };
    expect(
      verdict(
        arm(1000, {
          groups: { ...arm(1000).groups, race: { white: confusion(850), black: declined } },
        }),
      ).reason,
    ).toContain("selection-rate-ratio of race");
  });

  it("is paused at the last look when too few requests reached it, and never promoted on them", () => {
    expect(verdict(arm(199)).action).toBe("continue");
    expect(verdict(arm(199), true)).toMatchObject({
      action: "pause",
      reason: "199 requests of the challenger, 200 are needed",
    });
    expect(verdict(arm(0), true).action).toBe("pause");
  });

  it("is paused when the split is not the one that was asked for", () => {
    expect(verdict(arm(1000), false, arm(1000)).reason).toContain("split");
  });

  it("is neither promoted nor rolled back on counts that are missing", () => {
    const unknown: Confusion = {
      truePositive: NaN,
      falsePositive: NaN,
      trueNegative: NaN,
      falseNegative: NaN,
    };
    expect(verdict(arm(2000, { outcomes: unknown }), true).action).toBe("pause");
    expect(verdict(arm(2000, { errors: NaN }), true).action).toBe("pause");
    expect(verdict(arm(NaN), true).action).toBe("pause");
  });

  it("never gets past a broken gate, whatever the counts", () => {
    const counts = fc.record({
      requests: fc.integer({ min: 0, max: 5000 }),
      errors: fc.double({ min: 0, max: 1, noNaN: true }),
      slow: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(counts, fc.boolean(), ({ requests, errors, slow }, last) => {
        const { action, gates } = verdict(
          arm(requests, {
            errors: Math.floor(errors * requests),
            slow: Math.floor(slow * requests),
          }),
          last,
        );
        const sound = gates.every(
          ({ kind, state, value }) =>
            state !== "fails" && (kind !== "shown" || state === "holds") && Number.isFinite(value),
        );
        return (
          (action !== "promote" || (sound && requests >= 200)) &&
          (action !== "roll back" || gates.some(({ state }) => state === "fails")) &&
          !(last && action === "continue")
        );
      }),
    );
  });
});

describe("a confidence sequence", () => {
  it("misses the truth at any of many looks no more often than it says", () => {
    const random = randomFrom("sequences");
    const missed = Array.from({ length: 400 }, () => {
      let hits = 0;
      for (let n = 1; n <= 600; n += 1) {
        hits += Number(random() < 0.1);
        if (n % 20 !== 0) continue;
        const { low, high } = proportionSequence(hits, n, 0.1);
        if (low > 0.1 || high < 0.1) return true;
      }
      return false;
    });
    expect(missed.filter(Boolean).length / 400).toBeLessThan(0.1);
  });

  it("finds no difference between equal arms at any of many looks more often than it says", () => {
    const random = randomFrom("differences");
    const found = Array.from({ length: 400 }, () => {
      const hits: [number, number] = [0, 0];
      for (let look = 1; look <= 20; look += 1) {
        for (let i = 0; i < 50; i += 1)
          [0, 1].forEach((side) => (hits[side] = (hits[side] ?? 0) + Number(random() < 0.88)));
        const { low, high } = differenceSequence(
          [hits[0], look * 50],
          [hits[1], look * 50],
          0.1,
          0.05,
        );
        if (low > 0 || high < 0) return true;
      }
      return false;
    });
    expect(found.filter(Boolean).length / 400).toBeLessThan(0.1);
  });

  it("holds the observed share, shrinks with data, and is everything without", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (trials, share) => {
          const hits = Math.floor(trials * share);
          const [few, many] = [
            proportionSequence(hits, trials, 0.05),
            proportionSequence(hits * 10, trials * 10, 0.05),
          ];
          return (
            few.low <= hits / trials &&
            hits / trials <= few.high &&
            many.high - many.low <= few.high - few.low
          );
        },
      ),
    );
    expect(proportionSequence(0, 0, 0.05)).toEqual({ low: 0, high: 1 });
    expect(proportionSequence(NaN, 10, 0.05)).toEqual({ low: 0, high: 1 });
    expect(differenceSequence([0, 0], [1, 2], 0.05, 0.05)).toEqual({ low: -1, high: 1 });
  });

  it("shows a rate of 1% sooner when its mixture is made for it", () => {
    expect(proportionSequence(0, 900, 0.005, mixtureAround(0.01)).high).toBeLessThan(0.01);
    expect(proportionSequence(0, 900, 0.005).high).toBeGreaterThan(0.01);
  });
});

describe("live fairness", () => {
  it("leaves small groups out, and says nothing with fewer than two", () => {
    const bound = { metric: "selection-rate-ratio", attribute: "race", min: 0.8 } as const;
    expect(
      liveFairness(bound, { white: confusion(100), black: confusion(10) }, 30, 0.05).value,
    ).toBeNaN();
    expect(
      liveFairness(bound, { white: confusion(100), black: confusion(100) }, 30, 0.05).value,
    ).toBeCloseTo(1);
  });
});
