import { labelKey, type Series, type SeriesLabels } from "./series";

/**
 * One firing of an alert for one set of labels; times in milliseconds since the epoch, the end
 * excluded.
 */
export interface Alarm {
  readonly labels: SeriesLabels;
  readonly from: number;
  /** Absent while it fires. */
  readonly to?: number;
}

interface State {
  readonly labels: SeriesLabels;
  readonly activeSince: number;
  readonly firedAt?: number;
  readonly seen: number;
}

/**
 * What an alert's expression makes of its `for`: it fires once it has had a result at each
 * evaluation for that long, and ends at the first evaluation without one, as Prometheus' rules do
 * (`AlertingRule.Eval`).
 */
export class Activity {
  readonly #states = new Map<string, State>();
  readonly #ended: Alarm[] = [];

  constructor(
    readonly forSeconds: number,
    readonly intervalSeconds: number,
  ) {}

  /** The expression's results at the evaluations of the next stretch, which ends before `to`. */
  add(found: readonly Series[], from: number, to: number): void {
    const step = this.intervalSeconds * 1_000;
    for (const { labels, times } of found) {
      const key = labelKey(labels);
      for (const time of times) this.#active(key, labels, time, step);
    }
    const last = Math.ceil(to / step) * step - step;
    for (const [key, state] of this.#states)
      if (state.seen < last) this.#end(key, state, state.seen + step);
    if (!(from < to))
      throw new RangeError(`stretch: got ${from} to ${to}, allowed: an end after the start`);
  }

  /** Firings in order of time. */
  alarms(): Alarm[] {
    const open = [...this.#states.values()].flatMap(({ labels, firedAt }) =>
      firedAt === undefined ? [] : [{ labels, from: firedAt }],
    );
    return [...this.#ended, ...open].sort((a, b) => a.from - b.from);
  }

  #active(key: string, labels: SeriesLabels, time: number, step: number): void {
    const before = this.#states.get(key);
    if (before && before.seen !== time - step) this.#end(key, before, before.seen + step);
    const state = this.#states.get(key) ?? { labels, activeSince: time, seen: time };
    const fires =
      state.firedAt === undefined && time - state.activeSince >= this.forSeconds * 1_000;
    this.#states.set(key, { ...state, seen: time, ...(fires && { firedAt: time }) });
  }

  #end(key: string, { labels, firedAt }: State, to: number): void {
    this.#states.delete(key);
    if (firedAt !== undefined) this.#ended.push({ labels, from: firedAt, to });
  }
}

/**
 * Minutes from the start of an event to the first alarm that begins after it and before it ends,
 * with `grace` minutes more; undefined when there is none. What fired before the event and still
 * does has not found it.
 */
export function detectionDelay(
  alarms: readonly Alarm[],
  from: number,
  to: number,
  graceMinutes = 0,
): number | undefined {
  const found = alarms
    .filter((alarm) => alarm.from >= from && alarm.from < to + graceMinutes * 60_000)
    .map((alarm) => alarm.from);
  return found.length === 0 ? undefined : (Math.min(...found) - from) / 60_000;
}

/** Alarms that began in a clean stretch, for each week of it. */
export function falseAlarmsPerWeek(alarms: readonly Alarm[], from: number, to: number): number {
  const week = 7 * 86_400_000;
  if (!(from < to))
    throw new RangeError(`clean stretch: got ${from} to ${to}, allowed: an end after the start`);
  return (
    alarms.filter((alarm) => alarm.from >= from && alarm.from < to).length / ((to - from) / week)
  );
}

/** Share of a clean stretch in which at least one alarm was firing. */
export function shareFiring(alarms: readonly Alarm[], from: number, to: number): number {
  const spans = alarms
    .map((alarm) => [Math.max(from, alarm.from), Math.min(to, alarm.to ?? to)] as const)
    .filter(([start, end]) => start < end)
    .sort(([a], [b]) => a - b);
  let [sum, until] = [0, from];
  for (const [start, end] of spans) {
    sum += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return sum / (to - from);
}
