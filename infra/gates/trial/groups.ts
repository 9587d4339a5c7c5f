import type { Contract } from "../../../services/contract/contract";
import { metrics } from "../../../services/contract/metrics";
import { exact } from "../promql";
import { series } from "../names";
import { record, select, type RecordingRule } from "../rule";
import { comparison } from "./comparison";

type FairnessGate = Contract["gates"]["fairness"][number];

/**
 * Excesses over a fairness limit that should be found soonest: a fifth more or less, as a
 * logarithm, and a tenth of all rows.
 */
const spreads = { ratio: 0.2, difference: 0.1 } as const;

const rates = {
  selection: "selection",
  truePositive: "true-positive",
  falsePositive: "false-positive",
} as const;

/** Name of a fairness gate. */
export function fairnessGateName({
  metric,
  attribute,
}: Pick<FairnessGate, "metric" | "attribute">): string {
  return `${metric}-${attribute}`;
}

/** Fairness gates that counters can judge: each says which side is unfair. */
export function fairnessGates({ gates }: Pick<Contract, "gates">): FairnessGate[] {
  return gates.fairness.filter(
    ({ metric, min }) => (metric === "selection-rate-ratio") === (min !== undefined),
  );
}

/** Rates of each group under each version, and how far apart each two groups are. */
function groupRules(contract: Contract): RecordingRule[] {
  const { positiveLabel: yes, negativeLabel: no } = contract.target;
  const rows = (labels: Record<string, string>) =>
    `sum by (version, attribute, group) (${select(contract, metrics.groupOutcomes.name, labels)})`;
  const rate = (name: string, given: Record<string, string>) => [
    record(
      contract,
      series.trialGroupTrials,
      `${rows(given)} >= ${contract.gates.minimumGroupSize}`,
      { rate: name },
    ),
    record(
      contract,
      series.trialGroupRate,
      `(${rows({ ...given, predicted: yes })} + 0.5) / (${rows(given)} >= ${contract.gates.minimumGroupSize}) / (1 + 1 / ${rows(given)})`,
      { rate: name },
    ),
  ];
  return [
    ...rate(rates.selection, {}),
    ...rate(rates.truePositive, { actual: yes }),
    ...rate(rates.falsePositive, { actual: no }),
  ];
}

/** Pairs of groups; each pair comes twice, once from either side, with the same value. */
function pairs(contract: Contract, one: string, join: (other: string) => string): string {
  return contract.protectedAttributes
    .flatMap(({ name: attribute, groups }) =>
      groups.map(({ name: group }) => {
        const other = one.replace(/\}$/, `,attribute="${attribute}",group="${group}"}`);
        return `label_replace(${join(other)}, "other", "${group}", "", "")`;
      }),
    )
    .join(" or ");
}

function gapRules(contract: Contract): RecordingRule[] {
  const [rate, trials] = [
    select(contract, series.trialGroupRate),
    select(contract, series.trialGroupTrials),
  ];
  const on = "on (model, version, attribute, rate) group_left ()";
  const apart = (of: (share: string) => string) =>
    pairs(contract, rate, (other) => `abs(${of(rate)} - ${on} ${of(other)})`);
  const both = (of: (share: string, rows: string) => string) =>
    pairs(
      contract,
      rate,
      (other) =>
        `(${of(rate, trials)}) + ${on} (${of(other, other.replace(series.trialGroupRate, series.trialGroupTrials))})`,
    );
  return [
    record(
      contract,
      series.trialGap,
      apart((share) => share),
      { scale: "difference" },
    ),
    record(
      contract,
      series.trialGapVariance,
      both((share, rows) => `${share} * (1 - ${share}) / ${rows}`),
      { scale: "difference" },
    ),
    // Of the logarithm of a ratio of shares (Katz et al. 1978).
    record(
      contract,
      series.trialGap,
      apart((share) => `ln(${share})`),
      { scale: "ratio" },
    ),
    record(
      contract,
      series.trialGapVariance,
      both((share, rows) => `(1 - ${share}) / (${share} * ${rows})`),
      { scale: "ratio" },
    ),
  ];
}

/**
 * Evidence of each fairness gate against each version that has labels with groups: the pair of
 * groups that is furthest apart.
 */
export function fairnessTrialRules(contract: Contract): RecordingRule[] {
  const gates = fairnessGates(contract);
  if (gates.length === 0) return [];
  return [
    ...groupRules(contract),
    ...gapRules(contract),
    ...gates.flatMap((gate) => {
      const { scale, limit, rate, tests } = measured(contract, gate);
      const labels = { scale, attribute: gate.attribute };
      return comparison(contract, {
        gate: fairnessGateName(gate),
        excess: `${select(contract, series.trialGap, labels, rate)} - ${exact(limit)}`,
        variance: select(contract, series.trialGapVariance, labels, rate),
        spread: spreads[scale],
        picked: tests,
        by: "version",
      });
    }),
  ];
}

function measured(contract: Contract, { metric, attribute, min, max }: FairnessGate) {
  const groups =
    contract.protectedAttributes.find(({ name }) => name === attribute)?.groups.length ?? 0;
  const each = (groups * (groups - 1)) / 2;
  if (metric === "selection-rate-ratio")
    return {
      scale: "ratio",
      limit: -Math.log(min ?? 1),
      rate: `rate="${rates.selection}"`,
      tests: each,
    } as const;
  const odds = metric === "equalized-odds-difference";
  const rate = odds
    ? `rate=~"${rates.truePositive}|${rates.falsePositive}"`
    : `rate="${rates.selection}"`;
  return { scale: "difference", limit: max ?? 0, rate, tests: odds ? 2 * each : each } as const;
}
