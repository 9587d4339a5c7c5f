import { largestUnprovenShare, minutesToVerdict } from "../../../infra/serving/forecast";
import { contract, withRelease } from "./fixture";

describe("minutes until a verdict", () => {
  it("of a busy model are those of its steps: three of ten minutes, and the first look at the proof", () => {
    expect(minutesToVerdict(contract, 100, "prod")).toEqual({ minimumSample: 2, brokenRefused: 2, erringRefused: 2, proven: 32, pauses: false });
  });

  it("grow as the requests become fewer, and say when a release pauses for want of them", () => {
    // A tenth of 2 requests a second: 200 after 1,000 s, in the second step; 331 without an error prove the errors.
    expect(minutesToVerdict(contract, 2, "prod")).toMatchObject({ minimumSample: 13, proven: 32, pauses: true });
    expect(minutesToVerdict(contract, 0.1, "prod")).toMatchObject({ proven: 124, pauses: true });
  });

  it("never come without requests", () => {
    expect(minutesToVerdict(contract, 0, "prod")).toEqual({ minimumSample: Infinity, brokenRefused: Infinity, erringRefused: Infinity, proven: Infinity, pauses: true });
  });

  it("come sooner in a shadow release, whose version sees every request, and later in an A/B test", () => {
    const sample = (strategy: "canary" | "ab" | "shadow") => minutesToVerdict(withRelease({ strategy }).contract, 5, "prod").minimumSample;
    expect([sample("shadow"), sample("canary"), sample("ab")]).toEqual([2, 7, 14]);
  });

  it("are refused for what is no rate", () => {
    expect(() => minutesToVerdict(contract, NaN, "prod")).toThrow("requestsPerSecond (NaN) must be a number, 0 or more");
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
    expect(largestUnprovenShare(withRelease({ strategy }).contract, "prod", regions)).toBeCloseTo(share, 12);
  });

  it("is refused without regions, or with shares that are none", () => {
    expect(() => largestUnprovenShare(contract, "prod", [])).toThrow("regionShares (none) must be numbers from 0 to 1");
    expect(() => largestUnprovenShare(contract, "prod", [2])).toThrow("regionShares (2) must be");
  });
});
