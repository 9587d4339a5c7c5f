import * as fc from "fast-check";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  experimentGroup,
  experimentQuestions,
  type ExperimentCounts,
} from "../../../infra/gates/experiment";
import {
  gatesOf,
  trialGroup,
  watchQuestions,
  type TrialSettings,
} from "../../../infra/gates/gates";
import { paces } from "../../../infra/gates/pace";
import { select } from "../../../infra/gates/rule";
import { series } from "../../../infra/gates/series";
import { shadowGates } from "../../../infra/gates/shadow";
import type { Bucket } from "../../../infra/gates/shadow-statistics";
import { arms, subjectBuckets } from "../../../services/contract/arms";
import { rowBuckets } from "../../../services/contract/metrics";
import type { Contract } from "../../../services/contract/contract";
import { run } from "../../harness/lib/process";
import { fewGates, oddNames } from "./parity-contracts";
import { driftFamily } from "./parity-drift";
import type { ParityCase, ParityFamily } from "./parity-family";
import { champion, examples } from "./parity-examples";
import {
  contract,
  counted,
  counter,
  countsOf,
  type DrawnVersion,
  hash,
  interval,
  lastBlocks,
  lastLabels,
  lastScores,
  own,
  sides,
  type Side,
  version,
} from "./parity-counts";
import { minimum, sample, share, versions } from "./parity-drawings";
import { seriesOf } from "./parity-series";

/** One drawing of a release: what every gate makes of it, its proof and the restarts included. */
function releaseCase(
  judged: Contract,
  pace: TrialSettings,
  drawn: Readonly<Record<Side, DrawnVersion>>,
): ParityCase {
  const onTrial = { version, hash };
  const counts = {
    trial: countsOf(drawn.trial),
    champion: countsOf(drawn.champion),
    blocks: lastBlocks(drawn),
    labels: lastLabels(drawn),
    scores: lastScores(drawn),
  };
  const restarts = watchQuestions(judged, pace, onTrial).find(({ name }) => name === "restarts")!;
  return {
    inputs: Object.assign({}, ...sides.map((of) => seriesOf(of, drawn[of], judged))),
    expected: [
      ...gatesOf(judged, pace).gates.flatMap(({ query, proof, evidence }) => {
        const found = evidence(counts);
        return [
          { query: query(onTrial), result: found.against },
          ...(proof ? [{ query: proof(onTrial), result: found.proof }] : []),
        ];
      }),
      { query: restarts.query, result: counts.trial.restarts },
    ],
  };
}

/** Every gate of a release; `part` of the drawings that other families have. */
const releaseFamily =
  (judged: Contract, pace: TrialSettings, part = 1) =>
  (count: number): ParityFamily => ({
    rules: [trialGroup(judged)],
    cases: sample(
      fc.record({ trial: versions(judged), champion: versions(judged) }),
      count * part,
    ).map((drawn) => releaseCase(judged, pace, drawn)),
  });

/** Versions that have been judged wrongly, however many drawings. */
function exampleFamily(): ParityFamily {
  const cases = Object.values(examples).map((trial) =>
    releaseCase(contract, { ...paces.prod, regions: 1 }, { trial, champion }),
  );
  return { rules: [trialGroup(contract)], cases };
}

/** The split and the decision of an A/B test. */
function experimentFamily(count: number): ParityFamily {
  const bucket = fc.integer({ min: 0, max: 400 });
  const drawn = fc.record({
    buckets: fc.array(fc.tuple(bucket, bucket, fc.nat(9), fc.nat(9)), {
      minLength: subjectBuckets,
      maxLength: subjectBuckets,
    }),
    subjects: fc.array(fc.integer({ min: 1, max: 400 }), {
      minLength: 2 * subjectBuckets,
      maxLength: 2 * subjectBuckets,
    }),
    apart: fc.integer({ min: -3, max: 3 }),
    few: fc.constantFrom(subjectBuckets, subjectBuckets, 20, 5),
    lost: share,
  });
  const judged: Contract = { ...contract, release: { ...contract.release, strategy: "ab" } };
  const { split, decision } = experimentQuestions(judged, version);
  const cases = sample(drawn, count).map(({ buckets, subjects, apart, few, lost }) => {
    const values = buckets.slice(0, few).map(([own, others, gain, loss]) => ({
      challenger: { requests: own, value: own * apart + gain * 7 - loss * 5 },
      champion: { requests: others, value: gain * 3 - loss * 4 },
    }));
    const counts: ExperimentCounts = {
      values: {
        challenger: values.map(({ challenger }) => challenger),
        champion: values.map(({ champion }) => champion),
      },
      subjects: {
        challenger: subjects
          .slice(0, subjectBuckets)
          .map((requests) => Math.floor(requests * (1 - lost))),
        champion: subjects.slice(subjectBuckets),
      },
    };
    return {
      inputs: Object.fromEntries(
        arms.flatMap((arm) => [
          ...counts.values[arm].flatMap(({ requests, value }, i) => {
            const labels = { version, arm, bucket: String(i) };
            return [
              [select(judged, series.trialRequests, labels), counted(requests)],
              [select(judged, series.trialNet, labels), counted(value)],
            ];
          }),
          ...counts.subjects[arm].map((requests, i) => [
            `causeway_subjects_total{${own(arm === "challenger" ? "trial" : "champion")},arm="${arm}",bucket="${i}"}`,
            counter(requests),
          ]),
        ]),
      ),
      expected: [split, decision].map(({ query, evidence }) => ({
        query,
        result: evidence(counts),
      })),
    };
  });
  return { rules: [experimentGroup(judged)], cases };
}

/** Comparisons of mirrored requests; the window is ten minutes of the hour. */
function shadowFamily(count: number): ParityFamily {
  const windowSeconds = 600;
  const gates = shadowGates({
    contract,
    trial: hash,
    champion: "stable",
    windowSeconds,
    minimumRows: minimum,
    looks: 61,
    regions: 1,
  });
  const shares = fc.double({ min: 0, max: 1, noNaN: true });
  const bucket = fc.tuple(fc.integer({ min: 0, max: 400 }), shares, shares, shares);
  const drawn = fc.tuple(
    fc.array(bucket, { minLength: rowBuckets, maxLength: rowBuckets }),
    fc.double({ min: 0, max: 0.3, noNaN: true }),
  );
  const names = [
    "causeway_row_bucket_positives_total",
    "causeway_row_bucket_scores_total",
  ] as const;
  const cases = sample(drawn, count).map(([buckets, apart]) => {
    const totals = (of: Side, i: number): Bucket[] =>
      buckets.map(([all, positives, score, moved]) => {
        const other = of === "champion" ? 0 : apart * (moved - 0.5);
        const mean = Math.min(1, Math.max(0, (i === 0 ? positives : score) + other));
        return { rows: all, total: mean * all };
      });
    const inWindow = (list: readonly Bucket[]) =>
      list.map((one) => ({
        rows: (one.rows * windowSeconds) / 3_600,
        total: (one.total * windowSeconds) / 3_600,
      }));
    return {
      inputs: Object.fromEntries(
        sides.flatMap((of) => [
          ...buckets.map(([all], i) => [
            `causeway_row_bucket_total{${own(of)},bucket="${i}"}`,
            counter(all),
          ]),
          ...names.flatMap((name, which) =>
            totals(of, which).map(({ total }, i) => [
              `${name}{${own(of)},bucket="${i}"}`,
              counter(total),
            ]),
          ),
        ]),
      ),
      expected: gates.map(({ query, evidence }, which) => ({
        query,
        result: evidence(inWindow(totals("trial", which)), inWindow(totals("champion", which))),
      })),
    };
  });
  return { rules: [], cases };
}

/** Families of drawings, by what is judged. */
export const families: Readonly<Record<string, (drawings: number) => ParityFamily>> = {
  "a release": releaseFamily(contract, { ...paces.prod, regions: 2 }),
  "a release whose contract has odd names": releaseFamily(
    oddNames,
    { ...paces.dev, regions: 1 },
    0.25,
  ),
  "a release without gates on labels": releaseFamily(
    fewGates,
    { ...paces.local, regions: 1 },
    0.25,
  ),
  "versions that restart, vanish or count NaN": exampleFamily,
  "an A/B test": experimentFamily,
  "a shadow release": shadowFamily,
  drift: driftFamily,
};

/** What promtool expects of a query: its value within a millionth, NaN, or nothing. */
function expectation({ query, result }: ParityCase["expected"][number]) {
  const at = { eval_time: "1h" };
  if (result === undefined) return { ...at, expr: query, exp_samples: [] };
  const tolerance = 1e-6 * Math.max(1, Math.abs(result));
  const expr = Number.isNaN(result)
    ? `(${query}) != bool (${query})`
    : `abs((${query}) - ${result}) < bool ${tolerance}`;
  return { ...at, expr, exp_samples: [{ labels: "{}", value: 1 }] };
}

/** What promtool says is unequal in any case of a family; empty when nothing is. */
export async function parityFailures(promtool: string, family: ParityFamily): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "causeway-parity-"));
  const { rules, cases } = family;
  try {
    await writeFile(join(folder, "rules.yaml"), JSON.stringify({ groups: rules }));
    const tests = cases.map(({ inputs, expected }, i) => ({
      name: `drawing ${i}`,
      interval,
      input_series: Object.entries(inputs).map(([series, values]) => ({ series, values })),
      promql_expr_test: expected.map(expectation),
    }));
    const file = { rule_files: ["rules.yaml"], evaluation_interval: "1h", tests };
    await writeFile(join(folder, "test.yaml"), JSON.stringify(file));
    const { code, stdout, stderr } = await run(
      promtool,
      ["test", "rules", join(folder, "test.yaml")],
      { timeoutMs: 300_000 },
    );
    return code === 0 ? "" : `${stdout}\n${stderr}`.trim().slice(0, 20_000);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
