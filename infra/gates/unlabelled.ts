import type { Contract } from "../../services/contract/contract";
import { record, select, type Labels, type RecordingRule } from "./rule";
import type { SeriesName } from "./series";

/** The two labels that a model predicts. */
export const predictedLabels = ["positive", "negative"] as const;
export type Predicted = (typeof predictedLabels)[number];

/** Labels that must be expected of a prediction before one may say that they do not come. */
const expectedAtLeast = 20;
/** Share of them that has to come. */
const leastShare = 0.5;

/** Counts by predicted label. */
export type ByPredicted = Readonly<Record<Predicted, number>>;

const otherThan = { positive: "negative", negative: "positive" } as const;

/** The contract's name of a predicted label. */
export function labelName({ target }: Pick<Contract, "target">, of: Predicted): string {
  return of === "positive" ? target.positiveLabel : target.negativeLabel;
}

/**
 * Predicted labels whose true ones do not come, as of applicants who were declined: fewer than half
 * of those that are expected if both kinds of predictions are labelled alike. What is measured over
 * both is then unknown.
 */
export function unlabelled(predictions: ByPredicted, labels: ByPredicted): Predicted[] {
  return predictedLabels.filter((of) => {
    const other = otherThan[of];
    if (!(predictions[other] > 0)) return false;
    const expected = (labels[other] * predictions[of]) / predictions[other];
    return expected >= expectedAtLeast && expected > labels[of] / leastShare;
  });
}

/**
 * {@link unlabelled} as recording rules, with the labels that are expected; empty while they come.
 * `predictions` and `labels` are sums by the same labels.
 */
export function unlabelledRules(
  contract: Contract,
  recorded: SeriesName,
  predictions: (predicted: string) => string,
  labels: (predicted: string) => string,
): RecordingRule[] {
  return predictedLabels.map((of) => {
    const [name, other] = [labelName(contract, of), labelName(contract, otherThan[of])];
    return record(
      contract,
      recorded,
      `(${labels(other)} * ${predictions(name)} / (${predictions(other)} > 0) >= ${expectedAtLeast}) > ${1 / leastShare} * ${labels(name)}`,
      { predicted: name },
    );
  });
}

/** Selects {@link unlabelledRules} of any of some predicted labels. */
export function unlabelledOf(
  contract: Contract,
  recorded: SeriesName,
  of: readonly Predicted[],
  labels: Labels = {},
): string {
  const [only, ...more] = of;
  const predicted: Labels =
    only !== undefined && more.length === 0 ? { predicted: labelName(contract, only) } : {};
  return select(contract, recorded, { ...labels, ...predicted });
}
