import type { Contract } from "../../services/contract/contract";
import type { Confusion } from "./counts";
import { proportionSequence, type Interval } from "./statistics/sequential";

type Bound = Contract["gates"]["fairness"][number];

interface Rate {
  readonly value: number;
  readonly interval: Interval;
}

/** A fairness gate over live labels. */
export interface LiveFairness {
  readonly gate: string;
  readonly value: number;
  readonly interval: Interval;
  readonly bound: { readonly min: number } | { readonly max: number };
}

/**
 * A fairness metric of the contract from counts by group, with an interval that holds at all looks:
 * each group's rate gets its own confidence sequence at its part of `alpha`, and the metric's
 * interval is what those allow. Groups below the minimum are not judged; with fewer than two groups
 * the value is NaN, which decides nothing.
 */
export function liveFairness(
  bound: Bound,
  groups: Readonly<Record<string, Confusion>>,
  minimum: number,
  alpha: number,
): LiveFairness {
  const named = {
    gate: `${bound.metric} of ${bound.attribute}`,
    bound: bound.min === undefined ? { max: bound.max ?? 1 } : { min: bound.min },
  };
  const all = Object.values(groups);
  const part = alpha / Math.max(1, 2 * all.length);
  const rates = (counts: (group: Confusion) => readonly [number, number]) =>
    all
      .map(counts)
      .filter(([, rows]) => rows >= minimum)
      .map(([hits, rows]): Rate => ({
        value: hits / rows,
        interval: proportionSequence(hits, rows, part),
      }));
  if (bound.metric === "equalized-odds-difference") {
    const found = [
      rates((group) => [group.truePositive, group.truePositive + group.falseNegative]),
      rates((group) => [group.falsePositive, group.falsePositive + group.trueNegative]),
    ]
      .filter((list) => list.length >= 2)
      .map(difference);
    const [first, ...rest] = found;
    if (!first) return { ...named, value: NaN, interval: { low: 0, high: 1 } };
    return { ...named, ...rest.reduce(larger, first) };
  }
  const selected = rates((group) => [
    group.truePositive + group.falsePositive,
    group.truePositive + group.falsePositive + group.trueNegative + group.falseNegative,
  ]);
  if (selected.length < 2) return { ...named, value: NaN, interval: { low: 0, high: 1 } };
  return {
    ...named,
    ...(bound.metric === "selection-rate-ratio" ? ratio(selected) : difference(selected)),
  };
}

function ratio(rates: readonly Rate[]): Rate {
  const { lowest, highest } = extremes(rates);
  return {
    value: lowest.value / highest.value,
    interval: {
      low: lowest.interval.low / Math.max(highest.interval.high, Number.MIN_VALUE),
      high: Math.min(1, lowest.interval.high / Math.max(highest.interval.low, Number.MIN_VALUE)),
    },
  };
}

function difference(rates: readonly Rate[]): Rate {
  const { lowest, highest } = extremes(rates);
  return {
    value: highest.value - lowest.value,
    interval: {
      low: Math.max(0, highest.interval.low - lowest.interval.high),
      high: highest.interval.high - lowest.interval.low,
    },
  };
}

/**
 * Lowest and highest rate of all groups; the sequences hold together, so these bound the true
 * lowest and highest whichever groups those are.
 */
function extremes(rates: readonly Rate[]): { lowest: Rate; highest: Rate } {
  const of = (pick: (...values: number[]) => number): Rate => ({
    value: pick(...rates.map((rate) => rate.value)),
    interval: {
      low: pick(...rates.map((rate) => rate.interval.low)),
      high: pick(...rates.map((rate) => rate.interval.high)),
    },
  });
  return { lowest: of(Math.min), highest: of(Math.max) };
}

function larger(a: Rate, b: Rate): Rate {
  return {
    value: Math.max(a.value, b.value),
    interval: {
      low: Math.max(a.interval.low, b.interval.low),
      high: Math.max(a.interval.high, b.interval.high),
    },
  };
}
