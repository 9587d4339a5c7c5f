import type { Contract } from "../../services/contract/contract";
import { metrics, type MetricFamily } from "../../services/contract/metrics";
import { comparison, comparisonEvidence, smoothedShare, type Share } from "./comparison";
import type { Confusion, TrialCounts, VersionCounts } from "./counts";
import { ifLabelled, labelEvidence } from "./labels";
import { series } from "./series";
import { promReplacement } from "./quoting";
import { record, select, type Labels, type RecordingRule } from "./rule";
import { exact } from "./sequential";
import { predictedLabels, type Predicted } from "./unlabelled";
import type { Evidence, Gate } from "./verdict";

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

type Rate = (typeof rates)[keyof typeof rates];

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

/**
 * Rates of each group under each version, and how far apart each two groups are. Who is selected is
 * known of every decision; only what a decision should have been needs true labels.
 */
function groupRules(contract: Contract): RecordingRule[] {
  const { positiveLabel: yes, negativeLabel: no } = contract.target;
  const { groupDecisions, groupOutcomes } = metrics;
  const rate = (name: Rate, { name: of }: MetricFamily, given: Labels) => {
    const rows = (labels: Labels) =>
      `sum by (version, attribute, group) (${select(contract, of, labels)})`;
    const enough = `${rows(given)} >= ${contract.gates.minimumGroupSize}`;
    return [
      record(contract, series.trialGroupTrials, enough, { rate: name }),
      record(
        contract,
        series.trialGroupRate,
        `(${rows({ ...given, predicted: yes })} + 0.5) / (${enough}) / (1 + 1 / ${rows(given)})`,
        { rate: name },
      ),
    ];
  };
  return [
    ...rate(rates.selection, groupDecisions, {}),
    ...rate(rates.truePositive, groupOutcomes, { actual: yes }),
    ...rate(rates.falsePositive, groupOutcomes, { actual: no }),
  ];
}

/**
 * Pairs of groups; each pair comes twice, once from either side, with the same value. `join` takes
 * the labels of the other group.
 */
function pairs(contract: Contract, join: (other: Labels) => string): string {
  return contract.protectedAttributes
    .flatMap(({ name: attribute, groups }) =>
      groups.map(
        ({ name: group }) =>
          `label_replace(${join({ attribute, group })}, "other", ${promReplacement(group)}, "", "")`,
      ),
    )
    .join(" or ");
}

function gapRules(contract: Contract): RecordingRule[] {
  const rate = (group?: Labels) => select(contract, series.trialGroupRate, group);
  const trials = (group?: Labels) => select(contract, series.trialGroupTrials, group);
  const on = "on (model, version, attribute, rate) group_left ()";
  const apart = (of: (share: string) => string) =>
    pairs(contract, (other) => `abs(${of(rate())} - ${on} ${of(rate(other))})`);
  const both = (of: (share: string, rows: string) => string) =>
    pairs(
      contract,
      (other) => `(${of(rate(), trials())}) + ${on} (${of(rate(other), trials(other))})`,
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
      both((share, rows) => {
        const added = `((${share} * (${rows} + 1) + 1.5) / (${rows} + 4))`;
        return `${added} * (1 - ${added}) / ${rows}`;
      }),
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
 * Evidence of each fairness gate against each version whose groups were reported: the pair of groups
 * that is furthest apart.
 */
export function fairnessTrialRules(contract: Contract): RecordingRule[] {
  const gates = fairnessGates(contract);
  if (gates.length === 0) return [];
  return [
    ...groupRules(contract),
    ...gapRules(contract),
    ...gates.flatMap((gate) => {
      const { scale, limit, over, tests } = measured(contract, gate);
      const rate = over.length === 1 ? `rate="${over.join()}"` : `rate=~"${over.join("|")}"`;
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

/** What a gate compares: between which rates of each two groups, on which scale, and up to where. */
function measured(contract: Contract, { metric, attribute, min, max }: FairnessGate) {
  const groups =
    contract.protectedAttributes.find(({ name }) => name === attribute)?.groups.length ?? 0;
  const each = (groups * (groups - 1)) / 2;
  if (metric === "selection-rate-ratio") {
    const over: readonly Rate[] = [rates.selection];
    return { scale: "ratio", limit: -Math.log(min ?? 1), over, tests: each } as const;
  }
  const over: readonly Rate[] =
    metric === "equalized-odds-difference"
      ? [rates.truePositive, rates.falsePositive]
      : [rates.selection];
  return { scale: "difference", limit: max ?? 0, over, tests: over.length * each } as const;
}

/** {@link groupRules} from counts: what a rate is a share of, for each group of an attribute. */
const rateOf = {
  [rates.selection]: ({ decisions }, attribute) =>
    Object.values(decisions[attribute] ?? {}).map(({ positive, negative }) => ({
      events: positive,
      trials: positive + negative,
    })),
  [rates.truePositive]: (counts, attribute) =>
    labelled(counts, attribute).map(({ truePositive, falseNegative }) => ({
      events: truePositive,
      trials: truePositive + falseNegative,
    })),
  [rates.falsePositive]: (counts, attribute) =>
    labelled(counts, attribute).map(({ falsePositive, trueNegative }) => ({
      events: falsePositive,
      trials: falsePositive + trueNegative,
    })),
} as const satisfies Record<Rate, (counts: VersionCounts, attribute: string) => Share[]>;

function labelled({ groups }: VersionCounts, attribute: string): Confusion[] {
  return Object.values(groups[attribute] ?? {});
}

/** Predictions whose true labels a fairness measure is over: selection asks for none. */
export function labelsOfGroups(metric: FairnessGate["metric"]): readonly Predicted[] {
  return metric === "equalized-odds-difference" ? predictedLabels : [];
}

/** {@link gapRules} from counts: how far apart two groups are, and the variance of that. */
const gaps = {
  difference: {
    of: (share: number) => share,
    // With two of each kind added (Agresti and Coull 1998): a small share of a small group that is
    // none yet would seem certain, and up to 1.8% of groups just within a limit reach the boundary of
    // a release. The share has half of each kind already.
    variance: (share: number, rows: number) => {
      const added = (share * (rows + 1) + 1.5) / (rows + 4);
      return (added * (1 - added)) / rows;
    },
  },
  ratio: {
    of: Math.log,
    variance: (share: number, rows: number) => (1 - share) / (share * rows),
  },
} as const;

/** {@link fairnessTrialRules} of one gate from counts. */
function fairnessEvidence(
  contract: Contract,
  gate: FairnessGate,
  { trial }: TrialCounts,
): Evidence {
  const { scale, limit, over, tests } = measured(contract, gate);
  const { of, variance } = gaps[scale];
  // As in PromQL each group is also compared with itself, which is no evidence against anybody.
  const pairs = over.flatMap((rate) => {
    const judged = rateOf[rate](trial, gate.attribute)
      .filter(({ trials }) => trials >= contract.gates.minimumGroupSize)
      .map((counts) => ({ share: smoothedShare(counts), rows: counts.trials }));
    return judged.flatMap((one, i) =>
      judged.slice(i).map((other) => ({
        excess: Math.abs(of(one.share) - of(other.share)) - limit,
        variance: variance(one.share, one.rows) + variance(other.share, other.rows),
      })),
    );
  });
  const widest = Math.max(...pairs.map(({ excess }) => excess + limit));
  return ifLabelled(contract, trial, labelsOfGroups(gate.metric), {
    value: pairs.length < 2 ? NaN : scale === "ratio" ? Math.exp(-widest) : widest,
    against: comparisonEvidence(pairs, { spread: spreads[scale], picked: tests }) ?? 0,
  });
}

/** The fairness gates of the contract that counters can judge. */
export function groupGates(contract: Contract): Gate[] {
  return fairnessGates(contract).map((gate) => {
    const { metric, attribute, min, max = 0 } = gate;
    const name = fairnessGateName(gate);
    return {
      name,
      compares: `${metric} by ${attribute}, of the two groups furthest apart`,
      bound: min === undefined ? { max } : { min },
      query: (version) => labelEvidence(contract, version, name, labelsOfGroups(metric)),
      evidence: (counts) => fairnessEvidence(contract, gate, counts),
    };
  });
}
