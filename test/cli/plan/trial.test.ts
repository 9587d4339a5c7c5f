import { trialText } from "../../../cli/plan/summary";
import type { TrialFigures } from "../../../cli/plan/figures";

const trial: TrialFigures = {
  minutesToVerdict: [
    { requestsPerSecond: 10, minutes: 12, pauses: false },
    { requestsPerSecond: 1, minutes: 111, pauses: true },
  ],
  largestUnprovenShare: 0.025,
};

describe("what a plan says of a trial", () => {
  it("is the time until a proof and the share until then", () => {
    expect(trialText(trial)).toBe(
      "a new version is proven after 12 min at 10/s, 111 min at 1/s (pauses for want of requests); until then it gets at most 2.5% of all requests",
    );
  });

  it("adds what an A/B test takes and with how many it is tried, and that values are known too late for it", () => {
    const experiment = {
      minutesToDecision: [
        { requestsPerSecond: 100, minutes: 54 },
        { requestsPerSecond: 10, minutes: 5_073 },
        { requestsPerSecond: 1, minutes: null },
      ],
      difference: 0.1,
      largestUndecidedShare: 0.25,
      outcomeWindow: "30 days",
      undecided: "requests are too few",
    };
    expect(trialText({ ...trial, experiment })).toBe(
      `${trialText(trial)}; its A/B test is decided after 54 min at 100/s, after 3.5 days at 10/s, by a person at 1/s (a difference of 0.1 standard deviations; values are known after 30 days; a person decides where requests are too few); until then it gets at most 25%`,
    );
    expect(
      trialText({ ...trial, experiment: { ...experiment, undecided: undefined } }),
    ).not.toContain("a person decides");
  });
});
