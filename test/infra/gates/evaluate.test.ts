import * as fc from "fast-check";
import type { Confusion, VersionCounts } from "../../../infra/gates/counts";
import type { ByPredicted } from "../../../infra/gates/unlabelled";
import { decide, evaluate, gateNames, proofQuestions } from "../../../infra/gates/gates";
import { conditions, verdictOf } from "../../../infra/gates/verdict";
import { contract } from "../serving/fixture";
import { counts, trial as settings, trialOf } from "./counts";

function judge(trial: VersionCounts, champion = counts(9 * trial.answers), of = contract) {
  return evaluate(of, settings, trialOf(trial, champion));
}
const verdicts = (...given: Parameters<typeof judge>) =>
  Object.fromEntries(judge(...given).map(({ gate, verdict }) => [gate, verdict]));
const action = (trial: VersionCounts, last = false, champion?: VersionCounts) =>
  decide(judge(trial, champion), last).action;
const failed = (...given: Parameters<typeof judge>) =>
  decide(judge(...given), false).because.map(({ gate }) => gate);

describe("a version on trial", () => {
  it("is judged by every gate of the release, in the order of the templates", () => {
    expect(judge(counts(1_000)).map(({ gate }) => gate)).toEqual([
      ...gateNames(contract),
      "restarts",
    ]);
    const required = judge(counts(1_000)).filter(({ mustHold }) => mustHold);
    const version = { version: "2.0.0", hash: "abc" };
    expect(required.map(({ gate }) => gate)).toEqual(
      proofQuestions(contract, settings, version).map(({ name }) => name),
    );
  });

  it("is promoted once errors and latency are shown to hold, and nothing is shown to fail", () => {
    expect(action(counts(120))).toBe("continue");
    expect(verdicts(counts(1_000))).toMatchObject({
      errors: "shown to hold",
      latency: "shown to hold",
      precision: "not shown",
      restarts: "shown to hold",
    });
    expect(action(counts(1_000))).toBe("promote");
  });

  it("is rolled back when it errs, whoever answered", () => {
    expect(failed(counts(400, { errors: 20 }))).toEqual(["errors"]);
    expect(failed(counts(400, { unanswered: 20 }))).toEqual(["errors"]);
    expect(action(counts(400, { errors: 20 }))).toBe("roll back");
  });

  it("is rolled back below the minimum sample when every request fails", () => {
    expect(verdicts(counts(0, { requests: 2, errors: 2 })).errors).toBe("not shown");
    expect(failed(counts(0, { requests: 4, errors: 4 }))).toEqual(["errors"]);
  });

  it("is rolled back when it is slow and the champion is not, and not when both are", () => {
    const slow = counts(400, { lateAnswers: 80 });
    expect(failed(slow)).toEqual(["latency"]);
    expect(verdicts(slow, counts(3_600, { lateAnswers: 720 })).latency).toBe("not shown");
  });

  it("is rolled back when it decides worse, and when it scores otherwise", () => {
    const worse = { truePositive: 600, falsePositive: 150, trueNegative: 50, falseNegative: 200 };
    expect(failed(counts(1_000, { outcomes: worse }))).toContain("accuracy-champion");
    const flipped = [...counts(1_000).scoreTenths].reverse();
    expect(failed(counts(1_000, { scoreTenths: flipped }))).toEqual(["score-champion"]);
  });

  it("is rolled back when decisions contradict a fairness gate, and small groups are left out", () => {
    const decisions = (black: ByPredicted) => ({
      ...counts(1_000).decisions,
      race: { white: { positive: 765, negative: 85 }, black },
    });
    const declined = decisions({ positive: 25, negative: 75 });
    expect(failed(counts(1_000, { decisions: declined }))).toEqual(["selection-rate-ratio-race"]);
    const few = decisions({ positive: 2, negative: 27 });
    const small = judge(counts(1_000, { decisions: few }));
    expect(small.find(({ gate }) => gate === "selection-rate-ratio-race")).toMatchObject({
      value: NaN,
      verdict: "not shown",
    });
  });

  it("is rolled back for whom it declines, though labels of the approved alone show no difference", () => {
    const approved = (rows: number): Confusion => ({
      truePositive: rows,
      falsePositive: 0,
      trueNegative: 0,
      falseNegative: 0,
    });
    const penalised = counts(1_000, {
      predictions: { positive: 765 + 51, negative: 85 + 99 },
      outcomes: approved(816),
      // 34% of the black applicants are approved and 90% of the white: a ratio of 0.38.
      decisions: {
        ...counts(1_000).decisions,
        race: {
          white: { positive: 765, negative: 85 },
          black: { positive: 51, negative: 99 },
        },
      },
      groups: { race: { white: approved(765), black: approved(51) } },
    });
    const ratio = judge(penalised).find(({ gate }) => gate === "selection-rate-ratio-race");
    expect(ratio).toMatchObject({ verdict: "shown to fail" });
    expect(ratio?.value).toBeCloseTo(0.38, 2);
  });

  it("is not judged by labels of the approved alone, which show a recall of 0.55 as 1.00", () => {
    // 1,000 good applicants, 550 of them approved; of the declined no true label ever comes.
    const approved = { truePositive: 550, falsePositive: 20, trueNegative: 0, falseNegative: 0 };
    const selective = counts(1_200, {
      predictions: { positive: 570, negative: 630 },
      outcomes: approved,
    });
    const judged = judge(selective);
    for (const gate of ["recall", "equalized-odds-difference-sex"])
      expect(judged.find((one) => one.gate === gate)).toMatchObject({
        value: NaN,
        verdict: "not shown",
        lacks: "no true labels of what it predicts decline",
      });
    expect(judged.find((one) => one.gate === "precision")?.value).toBeCloseTo(20 / 570);
    expect(action(selective)).toBe("continue");
    expect(action(selective, true)).toBe("pause");
  });

  it("is judged by labels of the approved alone in what they are about", () => {
    const wrong = { truePositive: 300, falsePositive: 100, trueNegative: 0, falseNegative: 0 };
    const predictions = { positive: 400, negative: 40 };
    expect(failed(counts(440, { predictions, outcomes: wrong }))).toContain("precision");
    const blocked = { truePositive: 0, falsePositive: 0, trueNegative: 380, falseNegative: 20 };
    const judged = judge(
      counts(500, { predictions: { positive: 100, negative: 400 }, outcomes: blocked }),
    );
    expect(judged.find(({ gate }) => gate === "precision")).toMatchObject({
      lacks: "no true labels of what it predicts approve",
    });
  });

  it("is rolled back at the third restart, and when a server counts NaN", () => {
    expect(failed(counts(1_000, { restarts: 3 }))).toEqual(["restarts"]);
    expect(failed(counts(1_000, { requests: NaN }))).toEqual(["errors"]);
  });

  it("has no verdict on restarts while no process has said when it began", () => {
    const judged = judge(counts(0, { restarts: undefined })).at(-1);
    expect(judged).toMatchObject({ gate: "restarts", value: NaN, verdict: "not shown" });
    expect(judged?.evidence).toBeUndefined();
  });

  it("is refused when a server counts NaN, however few requests there are", () => {
    expect(failed(counts(10, { unanswered: NaN }))).toEqual(["errors"]);
    expect(failed(counts(1_000, { answers: NaN }), counts(9_000))).toEqual(["latency"]);
    expect(failed(counts(1_000, { lateAnswers: NaN }))).toEqual(["latency"]);
  });

  it("is a person's to decide at the last look, when it is neither proven nor refused", () => {
    expect(action(counts(60), true)).toBe("pause");
    expect(action(counts(0, { recentRequests: 0, recentAnswers: 0 }), true)).toBe("pause");
    expect(verdicts(counts(1_000, { recentRequests: 0 })).errors).toBe("not shown");
  });

  it("is never promoted past a gate that fails, nor rolled back without one, whatever the counts", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const arbitrary = fc.tuple(fc.integer({ min: 0, max: 5_000 }), share, share, fc.boolean());
    fc.assert(
      fc.property(arbitrary, ([rows, errs, late, last]) => {
        const errors = Math.floor(errs * 2 * rows);
        const judged = judge(counts(rows, { errors, lateAnswers: Math.floor(late * rows) }));
        const found = decide(judged, last).action;
        const fails = judged.some(({ verdict }) => verdict === "shown to fail");
        const holds = judged.every(
          ({ mustHold, verdict }) => !mustHold || verdict === "shown to hold",
        );
        expect(found === "roll back").toBe(fails);
        expect(found === "promote").toBe(!fails && holds);
        expect(last && found === "continue").toBe(false);
      }),
    );
  });
});

describe("a condition", () => {
  const all = {
    refused: conditions.refused(6.8),
    notRefused: conditions.notRefused(6.8),
    atMost: conditions.atMost(0),
    atLeast: conditions.atLeast(2.995732273553991),
    below: conditions.below(-2.995732273553991),
    proven: conditions.proven,
    notANumber: conditions.notANumber,
  };

  it.each(Object.entries(all))("%s is the same for Argo Rollouts and as a function", (_, of) => {
    // What Argo evaluates (expr-lang) is JavaScript too, but for `len`.
    const argo = new Function("len", "result", `return ${of.argo}`);
    const results = fc.oneof(
      fc.double(),
      fc.constantFrom(NaN, 0, 6.8, 2.995732274, -2.995732274, undefined),
    );
    fc.assert(
      fc.property(results, (result) => {
        const list = result === undefined ? [] : [result];
        expect(of.holds(result)).toBe(argo((items: number[]) => items.length, list));
      }),
    );
  });

  it("that is neither met nor broken shows nothing", () => {
    const limits = { success: conditions.proven, failure: conditions.refused(6.8) };
    expect([undefined, NaN, -5, 0, 7].map((result) => verdictOf(result, limits))).toEqual([
      "not shown",
      "shown to fail",
      "shown to hold",
      "not shown",
      "shown to fail",
    ]);
  });
});
