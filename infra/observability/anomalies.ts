import type { Contract } from "../../services/contract/contract";
import { series } from "../gates/series";
import { scoreFeature } from "../../services/contract/metrics";
import { durationsOf } from "./requests";
import {
  alert,
  counted,
  digits,
  promDuration,
  rateIntervalSeconds,
  record,
  select,
  windowInterval,
  type RecordingRule,
  type RuleGroup,
} from "../gates/rule";

/** What the bands are drawn around; the series carry these as the label `signal`. */
export const signals = ["traffic", "latency", "score", "value"] as const;
type Signal = (typeof signals)[number];

/** Ways to say what is usual; the series of a band carry these as the label `method`. */
export const methods = ["adaptive", "robust", "seasonal"] as const;
type Method = (typeof methods)[number];

/**
 * Deviations from the usual at which a value is an anomaly. Four, since the bands are looked at 720
 * times a day.
 */
export const anomalyWidth = 4;

/**
 * Share of traffic and of latency that is no news by itself, added to what chance does: a very
 * steady load would call any change an anomaly.
 */
const unsteady = 0.05;

/**
 * Minutes that each signal is taken over: the longer, the less chance there is in it, and the later
 * it tells.
 */
const windowMinutes = {
  traffic: 10,
  latency: 30,
  score: 120,
  value: 360,
} as const satisfies Record<Signal, number>;

const window = (signal: Signal) => promDuration(60 * windowMinutes[signal]);

/** Requests, rows or outcomes in the window below which a mean or a quantile says nothing. */
const minimumRows = { latency: 30, score: 30, value: 30 } as const;

/**
 * Seconds that the requests behind the traffic came in: rates of five minutes, averaged over ten,
 * weigh as much as twelve.
 */
const trafficSeconds = 720;

/**
 * Requests that chance may add or take where none are expected, so that one at night is not many
 * deviations.
 */
const spareRequests = 2;

/**
 * Samples of a signal in a day, at one each two minutes, below which nothing is usual yet: six
 * hours.
 */
const warmUp = 180;

/**
 * Samples of a day from which its level is told, twelve hours of it; until then it is taken to be
 * that of the week before.
 */
const levelWarmUp = 360;

/**
 * What the bands look back on: a day that ended half an hour ago, so that an anomaly is not part of
 * what it is compared with.
 */
const past = "[1d] offset 30m";

/**
 * Signals that grow as a whole, by a factor; the others move by an amount, since they may be zero
 * or less.
 */
const growing = 'signal=~"traffic|latency"';
const moving = 'signal=~"score|value"';

/**
 * Upper edge of each bin as a number. PromQL has no other way from a label to a number: of a
 * histogram whose one finite bucket ends at the edge, the highest quantile is that edge. The last
 * bin has no edge; a score ends at 1.
 */
function upperEdge(bins: string): string {
  const one = `(${bins} * 0 + 1)`;
  const finite = `label_replace(${one}, "le", "$1", "bin", "(.*)") or label_replace(${one}, "le", "+Inf", "", "")`;
  return `clamp_max(histogram_quantile(1, ${finite}), 1)`;
}

/**
 * The signals, and of those that rest on a sample the standard error that its size alone gives
 * them.
 */
function signalRules(contract: Contract): RecordingRule[] {
  const of = (signal: Signal, expr: string) => record(contract, series.signal, expr, { signal });
  const error = (signal: Signal, expr: string) =>
    record(contract, series.signalError, expr, { signal });
  const requests = select(contract, series.requests);
  const answers = `(avg_over_time(${requests}[${window("latency")}]) * ${60 * windowMinutes.latency} >= ${minimumRows.latency})`;
  const scores = scoreMoments(contract);
  const values = valueMoments(contract);
  return [
    of("traffic", `avg_over_time(${requests}[${window("traffic")}])`),
    of(
      "latency",
      `histogram_quantile(0.95, sum by (le) (rate(${durationsOf(contract.name)}[${window("latency")}]))) / 1000 and on () ${answers}`,
    ),
    // The error of a quantile is near this share of the quantile itself, whatever the times are:
    // the spread of the residuals says the rest.
    error("latency", `sqrt(1 / ${answers} + ${unsteady} ^ 2)`),
    ...(
      [
        ["score", scores],
        ["value", values],
      ] as const
    ).flatMap(([signal, { mean, square, rows }]) => [
      of(signal, `${mean} and (${rows} >= ${minimumRows[signal]})`),
      error(signal, `sqrt(clamp_min(${square} - ${mean} ^ 2, 0) / ${rows})`),
    ]),
  ];
}

interface Moments {
  readonly mean: string;
  readonly square: string;
  readonly rows: string;
}

/** Upper edges in place of scores: at most a bin too high, and moves as the mean does. */
function scoreMoments(contract: Contract): Moments {
  const over = (rate: string) => `sum_over_time(${rate}[${window("score")}])`;
  const scores = select(contract, series.bins, { feature: scoreFeature }, 'bin!="+Inf"');
  const last = select(contract, series.bins, { feature: scoreFeature, bin: "+Inf" });
  const all = `sum by (version) (${over(select(contract, series.bins, { feature: scoreFeature }))})`;
  const moment = (power: string) =>
    `(sum by (version) (${over(scores)} * ${upperEdge(scores)}${power} or ${over(last)}) / ${all})`;
  return { mean: moment(""), square: moment(" ^ 2"), rows: `(${all} * ${rateIntervalSeconds})` };
}

function valueMoments(contract: Contract): Moments {
  const total = (
    of: typeof series.valueNet | typeof series.valueSquares | typeof series.valueCount,
  ) => counted(select(contract, of), window("value"));
  const rows = `(${total(series.valueCount)} > 0)`;
  return {
    mean: `(${total(series.valueNet)} / ${rows})`,
    square: `(${total(series.valueSquares)} / ${rows})`,
    rows,
  };
}

/** Weeks that the seasonal band looks back on, as many as are kept. */
const weeks = [1, 2] as const;

/**
 * Hours of such a week whose middle is now: an hour for load, which rises within one; longer for
 * means, which chance moves more than the hour does.
 */
const seasonHours = { growing: 1, moving: 6 } as const;

/**
 * What the same hour of each of the last weeks makes one expect: its level, moved by as much as the
 * last day was above or below the same day of that week. So a week that is busier as a whole is
 * usual within a day, and each week is a reference of its own: an anomaly must be unlike all of
 * them, or an incident would come back as an alarm a week later.
 */
function seasonRules(contract: Contract): RecordingRule[] {
  const of = (
    name: typeof series.signal | typeof series.signalSeason | typeof series.signalChange,
    which: string,
  ) => select(contract, name, {}, which);
  const then = (which: string, hours: number, week: number) =>
    `avg_over_time(${of(series.signal, which)}[${hours}h] offset ${60 * (168 * week) - 30 * hours}m)`;
  const usual = (which: string) =>
    `(quantile_over_time(0.5, ${of(series.signalChange, which)}${past}) and ${known(of(series.signalChange, which), levelWarmUp)})`;
  const [load, mean] = [of(series.signalSeason, growing), of(series.signalSeason, moving)];
  return [
    ...weeks.map((week) =>
      record(
        contract,
        series.signalSeason,
        `${then(growing, seasonHours.growing, week)} or ${then(moving, seasonHours.moving, week)}`,
        { week: String(week) },
      ),
    ),
    record(
      contract,
      series.signalChange,
      `${of(series.signal, growing)} / ignoring (week) group_right () (${load} > 0) or ${of(series.signal, moving)} - ignoring (week) group_right () ${mean}`,
    ),
    record(
      contract,
      series.bandCenter,
      `${load} * ${usual(growing)} or ${mean} + ${usual(moving)} or ${select(contract, series.signalSeason)}`,
      { method: "seasonal" },
    ),
  ];
}

function known(of: string, samples: number = warmUp): string {
  return `count_over_time(${of}${past}) >= ${samples}`;
}

/** Middle half of normal values in standard deviations. */
const quartileRange = 1.349;

/**
 * A band is as wide as chance makes a sample of this size, times what the residuals of the last day
 * were wider than chance.
 */
function bandRules(contract: Contract): RecordingRule[] {
  const signal = select(contract, series.signal);
  const [center, error] = [select(contract, series.bandCenter), select(contract, series.bandError)];
  const centerOf = (which: string) => select(contract, series.bandCenter, {}, which);
  const residual = (which: string) => select(contract, series.signalResidual, {}, which);
  const spread = (which: string) =>
    `(quantile_over_time(0.75, ${residual(which)}${past}) - quantile_over_time(0.25, ${residual(which)}${past})) / ${quartileRange}`;
  const ofSample = `(${centerOf('signal="latency"')} or ${centerOf(moving)} * 0 + 1) * ignoring (method, week) group_left () ${select(contract, series.signalError)}`;
  const traffic = centerOf('signal="traffic"');
  const ofCount = `sqrt((${traffic} + ${digits(spareRequests / trafficSeconds)}) / ${trafficSeconds} + (${unsteady} * ${traffic}) ^ 2)`;
  const wider = `stddev_over_time(${residual('method="adaptive"')}${past}) or ${spread('method!="adaptive"')}`;
  return [
    record(contract, series.bandCenter, `avg_over_time(${signal}${past}) and (${known(signal)})`, {
      method: "adaptive",
    }),
    record(
      contract,
      series.bandCenter,
      `quantile_over_time(0.5, ${signal}${past}) and (${known(signal)})`,
      { method: "robust" },
    ),
    ...seasonRules(contract),
    record(contract, series.bandError, `${ofCount} or ${ofSample}`),
    record(
      contract,
      series.signalResidual,
      `(${signal} - ignoring (method, week) group_right () ${center}) / (${error} > 0)`,
    ),
    record(
      contract,
      series.bandDeviation,
      `${error} * clamp_min((${wider}) and (${known(select(contract, series.signalResidual))}), 1)`,
    ),
  ];
}

/**
 * Bands around traffic, latency, score and business value. The same hour of the last weeks decides
 * where it is known: the mean and the spread of a day say little of an hour in it. Before that, an
 * anomaly is outside the adaptive band (mean and standard deviation of the last day) and the robust
 * one (median and quartiles). Grafana's promql-anomaly-detection has the same three kinds, and
 * takes their union.
 */
export function anomalyGroup(contract: Contract): RuleGroup {
  const [center, deviation] = [
    select(contract, series.bandCenter),
    select(contract, series.bandDeviation),
  ];
  const distance = (method: Method) => select(contract, series.bandDistance, { method });
  const seasonal = `min without (method, week) (${distance("seasonal")})`;
  const others = `min without (method) (${distance("adaptive")} > ${anomalyWidth} and ignoring (method) ${distance("robust")} > ${anomalyWidth})`;
  return {
    name: `${contract.name}-anomalies`,
    interval: windowInterval,
    rules: [
      ...signalRules(contract),
      ...bandRules(contract),
      record(
        contract,
        series.bandDistance,
        `abs(${center} - ignoring (method, week) group_left () ${select(contract, series.signal)}) / (${deviation} > 0)`,
      ),
      alert(
        contract,
        "CausewayAnomaly",
        `${seasonal} > ${anomalyWidth} or (${others} unless ${seasonal})`,
        "10m",
        `The {{ $labels.signal }} of ${contract.name} is {{ $value | printf "%.1f" }} deviations from what is usual`,
      ),
    ],
  };
}
