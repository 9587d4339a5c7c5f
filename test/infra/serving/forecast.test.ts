import { outcomeAges } from "../../../services/contract/arms";
import { duration } from "../../../services/contract/units";
import { testSeconds } from "../../../infra/gates/experiment";
import {
  largestUndecidedShare,
  largestUnprovenShare,
  minutesToDecision,
  minutesToVerdict,
} from "../../../infra/serving/forecast";
import { contract, withRelease } from "./fixture";

describe("minutes until a verdict", () => {
  it("of a busy model are those of its steps: three of ten minutes, and the first look at the proof", () => {
    expect(minutesToVerdict(contract, 100, "prod")).toEqual({
      minimumSample: 2,
      brokenRefused: 2,
      erringRefused: 2,
      proven: 32,
      pauses: false,
    });
  });

  it("grow as the requests become fewer, and say when a release pauses for want of them", () => {
    // A tenth of 2 requests a second: 200 after 1,000 s, in the second step; 331 without an error
    // prove the errors.
    expect(minutesToVerdict(contract, 2, "prod")).toMatchObject({
      minimumSample: 13,
      proven: 32,
      pauses: false,
    });
    expect(minutesToVerdict(contract, 0.1, "prod")).toMatchObject({ proven: 124, pauses: true });
  });

  it("never come without requests", () => {
    expect(minutesToVerdict(contract, 0, "prod")).toEqual({
      minimumSample: Infinity,
      brokenRefused: Infinity,
      erringRefused: Infinity,
      proven: Infinity,
      pauses: true,
    });
  });

  it("come sooner in a shadow release, whose version sees every request, and later in an A/B test", () => {
    const sample = (strategy: "canary" | "ab" | "shadow") =>
      minutesToVerdict(withRelease({ strategy }).contract, 5, "prod").minimumSample;
    expect([sample("shadow"), sample("canary"), sample("ab")]).toEqual([2, 7, 14]);
  });

  it("are refused for what is no rate", () => {
    expect(() => minutesToVerdict(contract, NaN, "prod")).toThrow(
      "requestsPerSecond (NaN) must be a number, 0 or more",
    );
  });
});

describe("minutes until an A/B test is decided", () => {
  const outcomeWindow = duration.parse("8 minutes");
  const test = withRelease({ strategy: "ab", outcomeWindow }).contract;

  it("are asked of no other strategy", () => {
    expect(minutesToDecision(contract, 100, "prod")).toBeUndefined();
    expect(largestUndecidedShare(contract, "prod", [1])).toBeUndefined();
  });

  it("of a busy model are those of its steps: the proof after ten minutes, forty of the test, and the first look", () => {
    expect(minutesToVerdict(test, 100, "prod").proven).toBe(12);
    expect(minutesToDecision(test, 100, "prod")).toEqual({
      firstLook: 54,
      decided: 54,
      lastLook: 54 + 672 * 60,
    });
  });

  it("grow with the outcomes that the declared power needs, 3,043 of each half, to the next look of an hour", () => {
    const { firstLook, decided } = minutesToDecision(test, 0.5, "prod")!;
    const safe = minutesToVerdict(test, 0.5, "prod").proven;
    expect(firstLook).toBe(safe + 42);
    const matured = 8 + 8 / outcomeAges + 2;
    expect(decided).toBe(firstLook + 60 * Math.ceil((3_043 / 0.25 / 60 + matured - 42) / 60));
  });

  it("never come where metrics are not kept of so many requests, or as long as values take, or where there are no requests: then a person decides", () => {
    const fewest = 3_043 / (0.5 * testSeconds);
    expect(minutesToDecision(test, fewest * 1.01, "prod")!.decided).toBeLessThan(Infinity);
    expect(minutesToDecision(test, fewest * 0.99, "prod")!.decided).toBe(Infinity);
    const late = withRelease({ strategy: "ab" }).contract;
    expect(minutesToDecision(late, 100, "prod")).toMatchObject({
      decided: Infinity,
      undecided:
        "values are known after 30 days, and metrics are kept for a release.outcomeWindow of at most 11 days",
    });
    // A quarter more than 12 days is what Prometheus keeps: such a test would never begin.
    const [longest, longer] = ["11 days", "12 days"].map(
      (text) => withRelease({ strategy: "ab", outcomeWindow: duration.parse(text) }).contract,
    );
    expect(minutesToDecision(longest!, 100, "prod")!.undecided).toBeUndefined();
    expect(minutesToDecision(longer!, 100, "prod")!.undecided).toContain("at most 11 days");
    const day = withRelease({ strategy: "ab", outcomeWindow: duration.parse("2 days") }).contract;
    expect(minutesToDecision(day, 100, "dev")!.undecided).toBe(
      "values are known after 2 days, and the last evaluation is after 24 hours",
    );
    expect(minutesToDecision(test, fewest * 0.99, "prod")!.undecided).toBe("requests are too few");
    expect(minutesToDecision(test, 0, "prod")!.decided).toBe(Infinity);
  });

  it("never come where the looks end before the outcomes are there", () => {
    expect(minutesToDecision(test, 2, "local")!.decided).toBe(Infinity);
  });

  it("leave half of the subjects with a version that is safe and undecided", () => {
    expect(largestUndecidedShare(test, "prod", [0.5, 0.5])).toBe(0.25);
  });
});

describe("the largest share of an unproven version", () => {
  it.each([
    ["canary", [1], 0.5],
    ["canary", [0.5, 0.5], 0.25],
    ["canary", [0.7, 0.3], 0.35],
    ["ab", [0.5, 0.5], 0.025],
    ["shadow", [0.5, 0.5], 0.25],
  ] as const)("of %s with regions of %j is %d", (strategy, regions, share) => {
    expect(largestUnprovenShare(withRelease({ strategy }).contract, "prod", regions)).toBeCloseTo(
      share,
      12,
    );
  });

  it("is refused without regions, or with shares that are none", () => {
    expect(() => largestUnprovenShare(contract, "prod", [])).toThrow(
      "regionShares (none) must be numbers from 0 to 1",
    );
    expect(() => largestUnprovenShare(contract, "prod", [2])).toThrow("regionShares (2) must be");
  });
});
