import type { BinnedScores, Confusion } from "../../../infra/gates/counts";
import { matchers } from "../../../infra/gates/quoting";
import { requestsOf } from "../../../infra/gates/requests";
import { series } from "../../../infra/gates/series";
import type { Contract } from "../../../services/contract/contract";
import {
  counter,
  hash,
  lives,
  own,
  predicted,
  samples,
  type DrawnVersion,
  versionOf,
  type Side,
} from "./parity-counts";

/** The series that Prometheus is told of a version. */
export function seriesOf(of: Side, drawn: DrawnVersion, judged: Contract): Record<string, string> {
  const labels = (pod: string, more: Record<string, string> = {}) =>
    `{${[own(of, pod, judged), ...matchers(more)].join(",")}}`;
  return Object.fromEntries([
    ...drawn.pods.flatMap(({ life, fine, errors, timed, quick, away }, i) => {
      const answered = (status: string, code = "x") =>
        `causeway_requests_total${labels(`${i}`, { operation: "predict", status, code })}`;
      const duration = (part: string, more = {}) =>
        `causeway_request_duration_seconds_${part}${labels(`${i}`, { operation: "infer", ...more })}`;
      const edge = String(judged.slos.latencyP99 / 1_000);
      return [
        [answered("200"), lives[life](fine)],
        [answered("500"), lives[life](errors)],
        // Most servers turn nobody away, and have no such series.
        ...(away === 0 ? [] : [[answered("503", "server.overloaded"), lives[life](away)]]),
        [duration("count"), lives[life](timed)],
        [duration("bucket", { le: edge }), lives[life](quick)],
      ];
    }),
    ...(drawn.unanswered && of === "trial" ? [unansweredSeries(drawn.unanswered, judged)] : []),
    ...drawn.processes.map((restarts, i) => [
      `process_start_time_seconds${labels(`${i}`)}`,
      `1+0x30 1+1x${restarts} ${1 + restarts}+0x20`,
    ]),
    ...drawn.scores.tenths.map((rows, i) => [
      `causeway_score_tenth_total${labels("a", { tenth: String((i + 1) / 10) })}`,
      lives[drawn.scores.life](rows),
    ]),
    ...(drawn.held ? heldSeries(drawn.held, labels) : []),
    ...labelSeries(of, drawn, judged, labels),
  ]);
}

function unansweredSeries(
  { life, count }: NonNullable<DrawnVersion["unanswered"]>,
  { name }: Contract,
): readonly [string, string] {
  const proxy = {
    rollouts_pod_template_hash: hash,
    response_code: "503",
    response_flags: "UF",
  };
  return [requestsOf(name, proxy), lives[life](count)];
}

/** Scores in the version's own bins, and the shares among the rows that its training held out. */
function heldSeries(
  { counts, reference, referenceRows }: BinnedScores,
  labels: (pod: string, more: Record<string, string>) => string,
): (readonly [string, string])[] {
  const own = (bin: number) => labels("a", { bin: `b${bin}` });
  return [
    ...counts.map((count, i) => [`causeway_score_bin_total${own(i)}`, counter(count)] as const),
    ...reference.map(
      (part, i) => [`causeway_reference_score_share${own(i)}`, `${part}+0x${samples}`] as const,
    ),
    [
      `causeway_reference_rows${labels("a", { feature: "score" })}`,
      `${referenceRows}+0x${samples}`,
    ],
  ];
}

function labelSeries(
  of: Side,
  drawn: DrawnVersion,
  { name, target: { positiveLabel: yes, negativeLabel: no } }: Contract,
  labels: (pod: string, more: Record<string, string>) => string,
): (readonly [string, string])[] {
  const { outcomes, decisions, groups, labelsLost } = drawn;
  const cells = [
    ["truePositive", yes, yes],
    ["falsePositive", yes, no],
    ["trueNegative", no, no],
    ["falseNegative", no, yes],
  ] as const;
  const matrix = (family: string, more: Record<string, string>, confusion: Confusion) =>
    cells.flatMap(([cell, predicted, actual]) => {
      const of = (pod: string) => family + labels(pod, { ...more, predicted, actual });
      return [
        [of("a"), counter(confusion[cell])] as const,
        ...(labelsLost ? [[of("b"), lives.gone(60)] as const] : []),
      ];
    });
  return [
    ...matrix("causeway_outcomes_total", { age: "1800" }, outcomes),
    // No prediction is as old as the window within the hour: what is, is told.
    ...cells.map(
      ([cell, predicted, actual]) =>
        [
          `${series.matureOutcomes}{${matchers({ model: name, version: versionOf(of), predicted, actual }).join(",")}}`,
          `_x${samples} ${outcomes[cell]}`,
        ] as const,
    ),
    ...[yes, no].map(
      (label, i) =>
        [
          `causeway_predictions_total${labels("a", { label })}`,
          counter(predicted(drawn)[i] ?? 0),
        ] as const,
    ),
    ...Object.entries(decisions).flatMap(([attribute, list]) =>
      Object.entries(list).flatMap(([group, { positive, negative }]) =>
        (
          [
            [yes, positive],
            [no, negative],
          ] as const
        ).map(
          ([predicted, count]) =>
            [
              `causeway_group_decisions_total${labels("a", { attribute, group, predicted })}`,
              counter(count),
            ] as const,
        ),
      ),
    ),
    ...Object.entries(groups).flatMap(([attribute, list]) =>
      Object.entries(list).flatMap(([group, confusion]) =>
        matrix("causeway_group_outcomes_total", { attribute, group }, confusion),
      ),
    ),
  ];
}
