import { refusal } from "../../../../infra/gates/sequential";
import { contract, query, stepMinutes, version } from "./gates";
import { counter, type Scenario } from "./scenario";

/** Samples of ten seconds until the version comes, and all of them: half an hour. */
const [comes, samples] = [18, 180] as const;
const { positiveLabel: yes, negativeLabel: no } = contract.target;
/** Predictions in ten seconds, of which so many are fine to be wrong. */
const [asked, fine] = [100, 10] as const;

interface Known {
  /** Wrong answers among the predictions of ten seconds. */
  readonly wrong: number;
  /** Age in samples of ten seconds at which wrong and right answers are known. */
  readonly wrongAt: number;
  readonly rightAt: number;
  /** The server restarts in the middle. */
  readonly restarts?: true;
}

function series({ wrong, wrongAt, rightAt, restarts }: Known): Record<string, string> {
  const name = (actual: string, age: number) =>
    `causeway_outcomes_total{model="${contract.name}",version="${version}",pod="a",predicted="${yes}",actual="${actual}",age="${age}"}`;
  const half = samples / 2;
  const values = (from: number, add: number) =>
    restarts
      ? counter([from, 0], [half - from, add], [half, add, "reset"])
      : counter([from, 0], [samples - from, add]);
  return {
    [name(no, 10 * wrongAt)]: values(comes + wrongAt, wrong),
    [name(yes, 10 * rightAt)]: values(comes + rightAt, asked - wrong),
    [`causeway_predictions_total{model="${contract.name}",version="${version}",pod="a",label="${yes}"}`]:
      counter([samples, asked]),
  };
}

const precision = query("precision");
const scenario = (title: string, known: Known, holds: string, from: number): Scenario => ({
  title: `mature labels: ${title}`,
  groups: ["trial"],
  contract,
  stepMinutes,
  inputs: series(known),
  values: Array.from({ length: (30 - from) / 2 }, (_, i) => ({
    minute: from + 2 * i,
    expr: `(${precision}) ${holds}`,
    samples: { "{}": 1 },
  })),
});

const never = "< bool 0.1";
const found = `> bool ${refusal(10)}`;

/**
 * Labels of the version itself against the bound of the contract, where wrong answers are known
 * sooner or later than right ones; the outcome window is 80 seconds.
 */
export const matureLabelScenarios: readonly Scenario[] = [
  scenario(
    "wrong answers known sooner than right ones refuse nobody",
    { wrong: fine, wrongAt: 1, rightAt: 8 },
    never,
    4,
  ),
  scenario(
    "wrong answers known sooner refuse nobody after a restart either",
    { wrong: fine, wrongAt: 1, rightAt: 8, restarts: true },
    never,
    4,
  ),
  scenario(
    "wrong answers known later refuse nobody",
    { wrong: fine, wrongAt: 8, rightAt: 1 },
    never,
    4,
  ),
  scenario(
    "a version that is wrong 1.5 times as often is refused, known soon",
    { wrong: 1.5 * fine, wrongAt: 1, rightAt: 8 },
    found,
    20,
  ),
  scenario(
    "a version that is wrong 1.5 times as often is refused, known late",
    { wrong: 1.5 * fine, wrongAt: 8, rightAt: 1 },
    found,
    20,
  ),
];
