import type { Contract } from "../../services/contract/contract";
import { labelAges, metrics, youngLabelAges } from "../../services/contract/metrics";
import { blockSeconds, certain, grownInBlock, memory, mixed, type Block } from "./blocks";
import { sum } from "./counts";
import { promDuration, record, select, type RecordingRule } from "./rule";
import { series, type SeriesName } from "./series";
import { exact } from "./sequential";

/** Name of the gate that compares a version's wrong answers with those of the others. */
export const accuracyComparison = "accuracy-champion";

/** How many times as often as the champion a worse version is wrong; the evidence is their mean. */
const effects = [1.25, 1.6, 2.5] as const;
/** Factor by which a version's share of the predictions may change while labels of an age come. */
const steady = 1.5;
/** Share of the predictions above which there are no others to compare with. */
const alone = 0.95;
/** Seconds of predictions that a share is taken from at least: six scrapes. */
const fewestSeconds = 60;

/**
 * Growth of the evidence, for each effect, that a version is wrong more often than the others: given
 * all wrong answers of a stratum, how many are this version's is binomial with its share of the
 * predictions (Lindon and Malek 2022, as for errors). A stratum is a predicted label, an age of the
 * true label, and a block of time: whatever hits both versions, comes sooner for wrong answers than
 * for right ones, or follows from another share of positives, is no evidence.
 */
export function labelGrowth(strata: readonly Block[]): number[] {
  const compared = strata
    .map(({ trial, champion }) => ({
      own: trial.events,
      all: trial.events + champion.events,
      part: trial.trials / (trial.trials + champion.trials),
    }))
    .filter(({ part }) => part > 0 && part < alone);
  return effects.map((effect) =>
    sum(
      compared.map(
        ({ own, all, part }) => own * Math.log(effect) - all * Math.log(1 + (effect - 1) * part),
      ),
    ),
  );
}

/** Evidence that a version is wrong more often than the champion, from strata of all blocks. */
export function labelBlockEvidence(strata: readonly Block[]): number {
  return mixed(labelGrowth(strata));
}

/** What a version has of the predictions of each label, while labels of an age come from them. */
function shares(contract: Contract): string {
  const asked = (by: string, seconds: number, ago: number) =>
    `sum by (${by}) (increase(${select(contract, metrics.predictions.name)}[${promDuration(seconds)}] offset ${promDuration(ago)}))`;
  const share = (seconds: number, ago: number) =>
    `(${asked("version, label", seconds, ago)} / on (label) group_left () (${asked("label", seconds, ago)} > 0))`;
  const oldest = Math.max(...youngLabelAges);
  return labelAges(contract)
    .filter((age) => age <= oldest)
    .map((age, i, ages) => {
      const youngest = ages[i - 1] ?? 0;
      const seconds = Math.max(fewestSeconds, age - youngest + blockSeconds);
      const change = `(${share(seconds / 2, youngest)} / ${share(seconds / 2, youngest + seconds / 2)})`;
      const same = `(${change} < ${steady} > ${exact(1 / steady)})`;
      const found = `(${share(seconds, youngest)} < ${alone} and on (version, label) ${same})`;
      return `label_replace(label_replace(${found}, "predicted", "$1", "label", "(.*)"), "age", "${age}", "", "")`;
    })
    .join(" or ");
}

/** Rules that count the wrong answers of each block, and what they add to the evidence. */
export function labelBlockRules(contract: Contract): RecordingRule[] {
  const { positiveLabel: yes, negativeLabel: no } = contract.target;
  const wrong = (predicted: string, actual: string) =>
    grownInBlock(
      select(contract, metrics.outcomes.name, { predicted, actual }),
      "version, predicted, age",
    );
  const [k, part] = [select(contract, series.labelWrong), select(contract, series.labelShare)];
  const all = `sum by (model, predicted, age) (${k})`;
  const gate = accuracyComparison;
  return [
    record(contract, series.labelWrong, `${wrong(yes, no)} or ${wrong(no, yes)}`),
    record(contract, series.labelShare, `sum by (version, predicted, age) (${shares(contract)})`),
    ...effects.map((effect) =>
      record(
        contract,
        series.blockConcurrent,
        `sum by (version) (${k} * ${exact(Math.log(effect))} - ln(1 + ${exact(effect - 1)} * ${part}) * on (model, predicted, age) group_left () ${all})`,
        { gate, effect: String(effect) },
      ),
    ),
  ];
}

/** {@link labelBlockEvidence} in PromQL; nothing recorded so far is no evidence. */
export function labelBlockQuery(contract: Pick<Contract, "name">, version: string): string {
  const of: SeriesName = series.blockConcurrent;
  const grown = select(contract, of, { gate: accuracyComparison, version });
  const sums = `sum_over_time(${grown}[${promDuration(memory)}:${blockSeconds}s])`;
  return `ln(avg(exp(clamp(${sums}, -${certain}, ${certain})))) or vector(0)`;
}
