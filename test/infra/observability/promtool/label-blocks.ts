import { accuracyComparison, labelBlockQuery } from "../../../../infra/gates/label-blocks";
import { refusal } from "../../../../infra/gates/sequential";
import { youngLabelAges } from "../../../../services/contract/metrics";
import { counter, small, type Scenario } from "./scenario";

const stepMinutes = 1 / 6;
const version = "2.0.0";
/** Samples until the version comes, and all of them: half an hour, and three hours. */
const [comes, samples] = [180, 1_080] as const;
const query = labelBlockQuery(small, version);
const pods = { trial: version, champion: "1.0.0" } as const;
/** Predictions of the positive label in ten seconds. */
const asked = { trial: 10, champion: 90 } as const;
const labels = (of: keyof typeof pods) => `model="${small.name}",version="${pods[of]}",pod="${of}"`;

interface Wrong {
  /** Wrong answers of the version in ten seconds; the champion has 9. */
  readonly trial: number;
  /** Age at which wrong answers are known: the upper edge, and samples until then. */
  readonly age: (typeof youngLabelAges)[number];
  readonly later: number;
  /** Right answers are known at another age. */
  readonly right: (typeof youngLabelAges)[number];
}

function series({ trial, age, later, right }: Wrong): Record<string, string> {
  const { positiveLabel: yes, negativeLabel: no } = small.target;
  const from = (sample: number, add: number) => counter([sample + 1, 0], [samples - sample, add]);
  const outcome = (of: keyof typeof pods, actual: string, known: number) =>
    youngLabelAges.map(
      (edge) =>
        [
          `causeway_outcomes_total{${labels(of)},predicted="${yes}",actual="${actual}",age="${edge}"}`,
          edge === known,
        ] as const,
    );
  const start = { trial: comes, champion: 0 } as const;
  return Object.fromEntries(
    (["trial", "champion"] as const).flatMap((of) => {
      const wrong = of === "trial" ? trial : 9;
      return [
        [`causeway_predictions_total{${labels(of)},label="${yes}"}`, from(start[of], asked[of])],
        [`causeway_predictions_total{${labels(of)},label="${no}"}`, from(0, 0)],
        ...outcome(of, no, age).map(([name, known]) => [
          name,
          from(start[of] + later, known ? wrong : 0),
        ]),
        ...outcome(of, yes, right).map(([name, known]) => [
          name,
          from(start[of] + 1, known ? asked[of] - wrong : 0),
        ]),
      ];
    }),
  );
}

const scenario = (title: string, wrong: Wrong, holds: string, from: number): Scenario => ({
  title: `label blocks: ${title}`,
  groups: ["trial"],
  stepMinutes,
  inputs: series(wrong),
  values: Array.from({ length: Math.floor((180 - from) / 10) }, (_, i) => ({
    minute: from + 10 * i,
    expr: `(${query}) ${holds}`,
    samples: { "{}": 1 },
  })),
});

const soon = { age: 60, later: 3, right: 7_200 } as const;
const late = { age: 1_800, later: 120, right: 10 } as const;
const never = "< bool 0.1";
const found = `> bool ${refusal(10)}`;

/**
 * Wrong answers against the champion's. An age that only wrong answers have must not make a young
 * version look wrong, and one that comes late must not hide it.
 */
export const labelBlockScenarios: readonly Scenario[] = [
  scenario(
    "wrong answers known sooner than right ones are no evidence",
    { trial: 1, ...soon },
    never,
    5,
  ),
  scenario("wrong answers known later are no evidence", { trial: 1, ...late }, never, 5),
  scenario(
    "a version that is wrong twice as often is refused, known soon",
    { trial: 2, ...soon },
    found,
    40,
  ),
  scenario(
    "a version that is wrong twice as often is refused, known late",
    { trial: 2, ...late },
    found,
    75,
  ),
  {
    title: "label blocks: no predictions of others are nothing to compare with",
    groups: ["trial"],
    stepMinutes,
    inputs: Object.fromEntries(
      Object.entries(series({ trial: 2, ...soon })).filter(([name]) => name.includes("trial")),
    ),
    values: [{ minute: 100, expr: query, samples: { "{}": 0 } }],
  },
  {
    title: `label blocks: ${accuracyComparison} of a version without labels is no evidence`,
    groups: ["trial"],
    stepMinutes,
    inputs: {},
    values: [{ minute: 100, expr: query, samples: { "{}": 0 } }],
  },
];
