import { mulberry32 } from "../../../cli/rehearse/random";
import { labelWindows } from "../../../infra/gates/rule";
import { normalQuantile } from "../../../infra/gates/statistics";
import { fallDeviations } from "../../../infra/observability/performance";
import { minutesPerDay, poisson, rateAt } from "../../../lab/week/calendar";
import { contract } from "./fixture";

/** How often the rule is evaluated, in minutes, and how many evaluations in a row an alarm takes. */
const step = 2;
const held = 15 / step;
const window = minutesPerDay / step;
const applicationsPerDay = 3_000;
const accuracy = 0.88;
const pointwise = normalQuantile(contract.drift.significance);

/** Totals up to each step. */
interface Totals {
  readonly labels: Float64Array;
  readonly correct: Float64Array;
}

/**
 * Labels of fresh applications, at the hours and after the delays of the simulated weeks; each
 * answer is right by chance, with its application's `accuracyAt`.
 */
function labelled(
  days: number,
  seed: number,
  accuracyAt: (minute: number) => number = () => accuracy,
): Totals {
  const random = mulberry32(seed);
  const steps = days * window;
  const [labels, correct] = [new Float64Array(steps + 1), new Float64Array(steps + 1)];
  for (let at = 0; at < steps; at += 1) {
    const minute = at * step;
    for (let left = poisson(rateAt(minute, applicationsPerDay) * step, random); left > 0; left--) {
      const delay = Math.min(minutesPerDay, 60 - 270 * Math.log(1 - random()));
      const known = at + 1 + Math.round(delay / step);
      const right = random() < accuracyAt(minute);
      if (known > steps) continue;
      labels[known]! += 1;
      if (right) correct[known]! += 1;
    }
  }
  for (const totals of [labels, correct])
    for (let at = 1; at <= steps; at += 1) totals[at]! += totals[at - 1]!;
  return { labels, correct };
}

/** Steps at which an alarm begins at this level. */
function alarms({ labels, correct }: Totals, level: number): number[] {
  const begins: number[] = [];
  let above = 0;
  for (let at = (1 + labelWindows) * window; at < labels.length; at += 1) {
    const [middle, first] = [at - window, at - (1 + labelWindows) * window];
    const recent = labels[at]! - labels[middle]!;
    const before = labels[middle]! - labels[first]!;
    const right = correct[at]! - correct[middle]!;
    const rightBefore = correct[middle]! - correct[first]!;
    const pooled = (right + rightBefore) / (recent + before);
    const error = Math.sqrt(pooled * (1 - pooled) * (1 / recent + 1 / before));
    above = (rightBefore / before - right / recent) / error > level ? above + 1 : 0;
    if (above === Math.ceil(held) + 1) begins.push(at);
  }
  return begins;
}

describe("concept drift", () => {
  it("asks for 3.7 deviations at a significance of 1% and a window of a day", () => {
    expect(fallDeviations(contract)).toBeCloseTo(3.71, 2);
    const strict = { drift: { ...contract.drift, significance: 0.001 } };
    expect(fallDeviations(strict)).toBeGreaterThan(fallDeviations(contract));
  });

  it("is falsely told in fewer windows than the significance, where one look's level is in ten times as many", () => {
    const years = 4;
    const clean = labelled(years * 365 + 1 + labelWindows, 1);
    const perWindow = (level: number) => alarms(clean, level).length / (years * 365);
    expect(perWindow(fallDeviations(contract))).toBeLessThan(contract.drift.significance);
    expect(perWindow(pointwise)).toBeGreaterThan(8 * contract.drift.significance);
  });

  it("is found in less than nine hours where one good applicant in ten is none any more", () => {
    const from = (2 * 7 * 24 + 10) * 60;
    const draws = Array.from({ length: 21 }, (_, seed) =>
      labelled(17, 100 + seed, (minute) => (minute < from ? accuracy : 0.8)),
    );
    const median = (level: number) =>
      draws
        .map((drawn) => alarms(drawn, level).find((at) => at * step > from) ?? Infinity)
        .map((at) => (at * step - from) / 60)
        .sort((one, other) => one - other)[10]!;
    expect(median(fallDeviations(contract))).toBeLessThan(9);
    expect(median(pointwise)).toBeLessThan(median(fallDeviations(contract)));
  });
});
