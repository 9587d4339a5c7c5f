import { seconds as secondsOf } from "./duration";
import type { AlertingRule, RecordingRule, RuleGroup } from "../../infra/gates/rule";
import { Activity } from "./alarms";
import type { Prometheus } from "./prometheus";
import { stale } from "./remote-write";
import { labelKey, type Series, type SeriesLabels } from "./series";

/** A detector whose alarms are counted. */
export interface Watch {
  readonly name: string;
  readonly expr: string;
  readonly for: string;
  readonly intervalSeconds: number;
}

/** Groups that other groups read; they come first. */
const first = ["requests", "rates"];

/**
 * Evaluates rules over stretches of the past as Prometheus does over the present: the rules of a
 * group in order, each at its group's interval, what is recorded written back, and a series that
 * ends marked as ended. Each expression is Prometheus' own work (a range query evaluates it at each
 * step); that an alert waits for its `for` is {@link Activity}'s.
 */
export class Evaluation {
  readonly #present = new Map<RecordingRule, Map<string, SeriesLabels>>();
  readonly activities: ReadonlyMap<string, Activity>;
  queries = 0;

  constructor(
    readonly groups: readonly RuleGroup[],
    readonly watches: readonly Watch[],
  ) {
    const alerts = groups.flatMap(({ rules, interval }) =>
      rules.flatMap((rule) =>
        "alert" in rule
          ? [[keyOf(rule), new Activity(secondsOf(rule.for), secondsOf(interval))] as const]
          : [],
      ),
    );
    this.activities = new Map([
      ...alerts,
      ...watches.map(
        (watch) => [watch.name, new Activity(secondsOf(watch.for), watch.intervalSeconds)] as const,
      ),
    ]);
  }

  /** Evaluates from one instant to before the next, in milliseconds since the epoch. */
  async run(prometheus: Prometheus, from: number, to: number): Promise<void> {
    const early = (group: RuleGroup) => first.some((name) => group.name.endsWith(`-${name}`));
    for (const groups of [
      this.groups.filter(early),
      this.groups.filter((group) => !early(group)),
    ]) {
      await Promise.all(groups.map((group) => this.#group(prometheus, group, from, to)));
    }
    for (const watch of this.watches) {
      this.activities
        .get(watch.name)
        ?.add(await this.#steps(prometheus, watch.expr, watch.intervalSeconds, from, to), from, to);
    }
  }

  async #group(
    prometheus: Prometheus,
    { rules, interval }: RuleGroup,
    from: number,
    to: number,
  ): Promise<void> {
    const step = secondsOf(interval);
    for (const rule of rules) {
      const found = await this.#steps(prometheus, rule.expr, step, from, to);
      if ("alert" in rule) this.activities.get(keyOf(rule))?.add(found, from, to);
      else await prometheus.write(this.#recorded(rule, found, step, from, to));
    }
  }

  #steps(
    prometheus: Prometheus,
    expr: string,
    stepSeconds: number,
    from: number,
    to: number,
  ): Promise<Series[]> {
    this.queries += 1;
    const step = stepSeconds * 1_000;
    const start = Math.ceil(from / step) * step;
    return prometheus.queryRange(expr, start, Math.ceil(to / step) * step - step, stepSeconds);
  }

  #recorded(
    rule: RecordingRule,
    found: readonly Series[],
    stepSeconds: number,
    from: number,
    to: number,
  ): Series[] {
    const step = stepSeconds * 1_000;
    const [start, end] = [Math.ceil(from / step) * step, Math.ceil(to / step) * step - step];
    const before = this.#present.get(rule) ?? new Map<string, SeriesLabels>();
    const after = new Map<string, SeriesLabels>();
    const written = found.map((one) => {
      const labels = { ...one.labels, ...rule.labels, __name__: rule.record };
      const key = labelKey(labels);
      const ended = withEnds(one, step, before.has(key) ? start : undefined, end);
      before.delete(key);
      if (one.times[one.times.length - 1] === end) after.set(key, labels);
      return { labels, ...ended };
    });
    this.#present.set(rule, after);
    return [
      ...written,
      ...[...before.values()].map((labels) => ({ labels, times: [start], values: [stale] })),
    ];
  }
}

/**
 * Samples with a mark after each run of steps; `since` is the first step of a series that was there
 * before it.
 */
export function withEnds(
  { times, values }: Pick<Series, "times" | "values">,
  step: number,
  since: number | undefined,
  end: number,
): Pick<Series, "times" | "values"> {
  const out: { times: number[]; values: number[] } = { times: [], values: [] };
  const put = (time: number, value: number) => {
    out.times.push(time);
    out.values.push(value);
  };
  if (since !== undefined && times[0] !== since) put(since, stale);
  times.forEach((time, i) => {
    put(time, values[i] ?? NaN);
    if (time !== end && times[i + 1] !== time + step) put(time + step, stale);
  });
  return out;
}

/** The two rules of one alert differ in their labels, so this is a rule's own. */
export function keyOf({ alert, labels }: Pick<AlertingRule, "alert" | "labels">): string {
  const { window, metric, attribute } = labels;
  return [alert, ...[window, metric, attribute].filter((part) => part !== undefined)].join(" ");
}
