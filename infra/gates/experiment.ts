import { arms, outcomeAges, outcomeWindow, type Arm } from "../../services/contract/arms";
import type { Contract } from "../../services/contract/contract";
import { metrics } from "../../services/contract/metrics";
import { sum } from "./counts";
import {
  counted,
  promDuration,
  rateIntervalSeconds,
  record,
  select,
  type Labels,
  type RecordingRule,
  type RuleGroup,
} from "./rule";
import { exact } from "./sequential";
import { series } from "./series";
import { mismatch, sampleRatio, sampleRatioOf } from "./split";
import { conditions } from "./verdict";

/**
 * Difference in the business value of a request that an A/B test should find soonest, in standard
 * deviations of a request's value; a request whose outcome brings none has 0.
 */
export const valueSpread = 0.1;
/** Seconds of a test that are counted: what Prometheus keeps in prod, less a day. */
export const testSeconds = 14 * 86_400;
/** Buckets with requests, of both halves together, below which the spread between them says little. */
const fewestBuckets = 32;
/** Seconds over which rates are taken: every event is in two of them. */
const rateWindow = promDuration(2 * rateIntervalSeconds);
/**
 * Share of the challengers' requests from which a version is on trial with all of them, and share
 * of the champions' up to which it is not the champion.
 */
const [taken, spared] = [0.9, 0.1];

/** Seconds of one part of the outcome window. */
function partSeconds(contract: Contract): number {
  return outcomeWindow(contract) / outcomeAges;
}

/**
 * Age in seconds of the requests that a test compares: an outcome window, and half a part of it,
 * since a value is known to have come within its part.
 */
export function maturity(contract: Contract): number {
  return outcomeWindow(contract) + partSeconds(contract) / 2;
}

/**
 * Seconds from the beginning of a test until its first request counts: of a part of the window one
 * knows that it held a value and not when, so the version must have had its half for as long, and
 * for the time that rates are taken over.
 */
export function testDelay(contract: Contract): number {
  return outcomeWindow(contract) + partSeconds(contract) + 2 * rateIntervalSeconds;
}

/**
 * Net value by bucket of subjects that mature requests have brought. What became known in an early
 * part of the window is looked at as it was when the rest of it had not passed: so the values of a
 * request come in together, whether gains are known sooner than losses or later.
 */
function matureNet(contract: Contract, arm: Arm, by: string): string {
  const part = partSeconds(contract);
  const of = (sign: string) =>
    Array.from({ length: outcomeAges }, (_, age) => {
      const cell = select(contract, metrics.experimentValue.name, { arm, age: `${age}`, sign });
      return `rate(${cell}[${rateWindow}] offset ${promDuration(outcomeWindow(contract) - age * part)})`;
    }).join(" or ");
  return `(sum by (${by}) (${of("gain")}) - sum by (${by}) (${of("loss")}))`;
}

/**
 * Rates that the test sums: requests and their values by bucket of subjects, of challengers under
 * the version on trial and of everybody else at the same time. Nothing is recorded while a version
 * has less than its whole half: requests before the test are no control.
 */
function rateRules(contract: Contract): RecordingRule[] {
  const asked = (arm: Arm, by: string, ago: number) =>
    `sum by (${by}) (rate(${select(contract, metrics.subjects.name, { arm })}[${rateWindow}] offset ${promDuration(ago)}))`;
  const requests = (arm: Arm, by: string) => asked(arm, by, maturity(contract));
  const share = (arm: Arm, ago: number) =>
    `${asked(arm, "version", ago)} / on () group_left () (${asked(arm, "model", ago)} > 0)`;
  const onTrial = (ago: number) =>
    `${share("challenger", ago)} >= ${taken} and on (version) ${share("champion", ago)} <= ${spared}`;
  const running = select(contract, series.trialRunning);
  const both = (
    of: typeof series.trialRequests | typeof series.trialNet,
    rate: (arm: Arm, by: string) => string,
  ) => [
    record(contract, of, `${rate("challenger", "version, bucket")} and on (version) ${running}`, {
      arm: "challenger",
    }),
    record(contract, of, `${rate("champion", "bucket")} * on () group_left (version) ${running}`, {
      arm: "champion",
    }),
  ];
  return [
    record(
      contract,
      series.trialRunning,
      `(${onTrial(outcomeWindow(contract))} and on (version) ${onTrial(testDelay(contract))}) ^ 0`,
    ),
    ...both(series.trialRequests, requests),
    ...both(series.trialNet, (arm, by) => matureNet(contract, arm, by)),
  ];
}

/**
 * The A/B test: mean value of a request under the version on trial against that of the champion's
 * half at the same time, in standard deviations, and the evidence that they differ. The evidence
 * has the sign of the difference, so that one series tells better from worse; it is 0 while chance
 * explains all.
 */
function testRules(contract: Contract): RecordingRule[] {
  const total = (of: typeof series.trialRequests | typeof series.trialNet) =>
    counted(select(contract, of), promDuration(testSeconds));
  const [rows, net] = [
    select(contract, series.trialRequestsTotal),
    select(contract, series.trialNetTotal),
  ];
  const by = "sum by (version, arm)";
  const mean = (labels?: Labels) => select(contract, series.trialMean, labels);
  const error = (labels?: Labels) => select(contract, series.trialMeanVariance, labels);
  const one = (of: (labels: Labels) => string, join: string) =>
    arms.map((arm) => `sum by (version) (${of({ arm })})`).join(` ${join} `);
  const requests = (arm: Arm) =>
    `(sum by (version) (${select(contract, series.trialRequestsTotal, { arm })}) >= ${contract.drift.minimumSamples})`;
  const variance = select(contract, series.trialValueVariance);
  const whole = `(${one(error, "+")} > 0)`;
  const degrees = `((count by (version) (${rows} > 0) >= ${fewestBuckets}) - 2)`;
  const squared = `(${one(mean, "-")}) ^ 2 / ${whole}`;
  const wider = `(${variance} + ${exact(valueSpread ** 2)})`;
  return [
    record(contract, series.trialRequestsTotal, total(series.trialRequests)),
    record(contract, series.trialNetTotal, `${total(series.trialNet)} or ${rows} * 0`),
    record(contract, series.trialMean, `${by} (${net}) / ${by} (${rows})`),
    record(
      contract,
      series.trialMeanVariance,
      `${by} ((${net} - ${mean()} * on (version, arm) group_right () ${rows}) ^ 2) / ${by} (${rows}) ^ 2 / (1 - 1 / count by (version, arm) (${rows} > 0))`,
    ),
    record(
      contract,
      series.trialValueVariance,
      `1 / ${requests("challenger")} + 1 / ${requests("champion")}`,
    ),
    record(
      contract,
      series.trialValue,
      `(${one(mean, "-")}) * sqrt(${variance} / on (version) ${whole})`,
    ),
    record(
      contract,
      series.trialValueEvidence,
      `sgn(${select(contract, series.trialValue)}) * on (version) clamp_min(0.5 * ln(${variance} / ${wider}) + on (version) (${degrees} * ln(1 + ${squared} / ${degrees}) * on (version) (${exact(valueSpread ** 2 / 2)} / ${wider})), 0)`,
    ),
  ];
}

/** Rules of an A/B test. */
export function experimentGroup(contract: Contract): RuleGroup {
  return {
    name: `${contract.name}-experiment`,
    interval: `${rateIntervalSeconds}s`,
    rules: [...rateRules(contract), ...testRules(contract)],
  };
}

/**
 * Evidence that the version on trial is better (above 0) or worse (below 0) than the champion;
 * empty while the split is not the one asked for.
 */
export function valueEvidence(contract: Pick<Contract, "name">, version: string): string {
  return `max(${select(contract, series.trialValueEvidence, { version })}) and on () ${sampleRatio(contract)} < ${exact(mismatch)}`;
}

/** Mature requests of a bucket of subjects, and the sum of their business values. */
export interface ValueBucket {
  readonly requests: number;
  readonly value: number;
}

/** What is known at one look at an A/B test. */
export interface ExperimentCounts {
  readonly values: Readonly<Record<Arm, readonly ValueBucket[]>>;
  /** Requests of either half by bucket of subjects, within a day. */
  readonly subjects: Readonly<Record<Arm, readonly number[]>>;
}

/**
 * Mean value of a request and the variance of that mean, from sums by bucket: buckets are what is
 * independent, since requests of one subject come again (linearised ratio; Deng et al. 2018,
 * Applying the delta method in metric analytics). `buckets` are those with requests.
 */
export function meanOf(counts: readonly ValueBucket[]) {
  const requests = sum(counts.map((bucket) => bucket.requests));
  const mean = sum(counts.map(({ value }) => value)) / requests;
  const squares = sum(counts.map((bucket) => (bucket.value - mean * bucket.requests) ** 2));
  const buckets = counts.filter((bucket) => bucket.requests > 0).length;
  return { requests, mean, variance: squares / requests ** 2 / (1 - 1 / buckets), buckets };
}

/**
 * Evidence that two means differ, with the sign of their difference: a mixture likelihood ratio of
 * the difference in standard deviations of a request's value. The variance is itself an estimate,
 * so the squared deviation counts as that of a t statistic (likelihood ratio of a normal mean).
 */
export function meanEvidence(
  trial: ReturnType<typeof meanOf>,
  champion: ReturnType<typeof meanOf>,
): number {
  const variance = 1 / trial.requests + 1 / champion.requests;
  const degrees = trial.buckets + champion.buckets - 2;
  const difference = trial.mean - champion.mean;
  const squared = difference ** 2 / (trial.variance + champion.variance);
  const wider = variance + valueSpread ** 2;
  const evidence =
    0.5 * Math.log(variance / wider) +
    ((degrees * Math.log(1 + squared / degrees)) / 2) * (valueSpread ** 2 / wider);
  return Math.sign(difference) * Math.max(evidence, 0);
}

/** {@link valueEvidence} from counts; undefined while it is empty. */
export function valueEvidenceOf(
  { drift }: Pick<Contract, "drift">,
  { values, subjects }: ExperimentCounts,
): number | undefined {
  const [trial, champion] = [meanOf(values.challenger), meanOf(values.champion)];
  const enough =
    Math.min(trial.requests, champion.requests) >= drift.minimumSamples &&
    trial.buckets + champion.buckets >= fewestBuckets &&
    trial.variance + champion.variance > 0;
  const split = sampleRatioOf(subjects.challenger, subjects.champion);
  return enough && split < mismatch ? meanEvidence(trial, champion) : undefined;
}

/**
 * The questions of an A/B test beside the gates of every release: whether the split is the one
 * asked for, which is never the version's fault, and whether the version is better or worse.
 */
export function experimentQuestions(contract: Contract, version: string) {
  const evidence = decisive(contract);
  return {
    split: {
      name: "sample-ratio",
      query: sampleRatio(contract),
      success: conditions.notRefused(mismatch),
      failure: conditions.notANumber,
      evidence: ({ subjects }: ExperimentCounts) => {
        const ratio = sampleRatioOf(subjects.challenger, subjects.champion);
        return Number.isNaN(ratio) ? undefined : ratio;
      },
    },
    decision: {
      name: "business-value",
      query: valueEvidence(contract, version),
      success: conditions.atLeast(evidence),
      failure: conditions.below(-evidence),
      evidence: (counts: ExperimentCounts) => valueEvidenceOf(contract, counts),
    },
  };
}

/** Evidence at which an A/B test is decided, in either direction: the contract's significance. */
export function decisive({ gates }: Pick<Contract, "gates">): number {
  return Math.log(1 / gates.improvement.significance);
}
