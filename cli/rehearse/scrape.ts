import { metrics, type MetricFamily } from "../../services/contract/metrics";
import type { Contract } from "../../services/contract/contract";
import type { ArmCounts, Confusion } from "./counts";
import type { BinnedFeature } from "./statistics/drift";

/** One series of a scrape. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** All series of one scrape, summed by selection as PromQL's `sum` does. */
export class Scrape {
  constructor(readonly samples: readonly Sample[]) {}

  /** Sum of the series of a family that have these labels; NaN when there is none. */
  sum(family: MetricFamily, labels: Readonly<Record<string, string>> = {}): number {
    const found = this.select(family, labels);
    return found.length === 0 ? NaN : found.reduce((total, sample) => total + sample.value, 0);
  }

  select(family: MetricFamily, labels: Readonly<Record<string, string>> = {}): Sample[] {
    const wanted = Object.entries(labels);
    return this.samples.filter(
      (sample) =>
        sample.name === family.name && wanted.every(([key, value]) => sample.labels[key] === value),
    );
  }

  /**
   * What was counted since an earlier scrape of the same process, as PromQL's `increase` says;
   * series that were not there began at zero.
   */
  since(earlier: Scrape): Scrape {
    const before = new Map(earlier.samples.map((sample) => [keyOf(sample), sample.value]));
    return new Scrape(
      this.samples.map((sample) =>
        sample.name.endsWith("_total")
          ? { ...sample, value: sample.value - (before.get(keyOf(sample)) ?? 0) }
          : sample,
      ),
    );
  }
}

/** Reads Prometheus' text exposition format 0.0.4. Throws Error on a line that is not of it. */
export function parseScrape(text: string): Scrape {
  return new Scrape(
    text
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map(sampleOf),
  );
}

function sampleOf(line: string): Sample {
  const match = /^([A-Za-z_:][A-Za-z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
  if (!match) throw new Error(`not a line of a scrape: ${line.slice(0, 120)}`);
  const [, name = "", labels = "", value = ""] = match;
  const pairs = [...labels.matchAll(/([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"/g)].map(
    ([, key = "", text = ""]) =>
      [key, text.replace(/\\(.)/g, (_, c: string) => (c === "n" ? "\n" : c))] as const,
  );
  return {
    name,
    labels: Object.fromEntries(pairs),
    value: value === "+Inf" ? Infinity : Number(value),
  };
}

function keyOf({ name, labels }: Sample): string {
  return `${name} ${JSON.stringify(labels)}`;
}

/** Labels that arrived for a version, overall and by group. */
export function outcomesOf(
  scrape: Scrape,
  contract: Contract,
  version: string,
): Pick<ArmCounts, "outcomes" | "groups"> {
  const groups = contract.protectedAttributes.map(
    ({ name: attribute, groups: list }) =>
      [
        attribute,
        Object.fromEntries(
          list.map(({ name: group }) => [
            group,
            confusionOf(scrape, metrics.groupOutcomes, contract, { version, attribute, group }),
          ]),
        ),
      ] as const,
  );
  return {
    outcomes: confusionOf(scrape, metrics.outcomes, contract, { version }),
    groups: Object.fromEntries(groups),
  };
}

function confusionOf(
  scrape: Scrape,
  family: MetricFamily,
  { target }: Contract,
  labels: Readonly<Record<string, string>>,
): Confusion {
  const [positive, negative] = [target.positiveLabel, target.negativeLabel];
  const cell = (predicted: string, actual: string) =>
    scrape.sum(family, { ...labels, predicted, actual });
  return {
    truePositive: cell(positive, positive),
    falsePositive: cell(positive, negative),
    trueNegative: cell(negative, negative),
    falseNegative: cell(negative, positive),
  };
}

/** Bins of each feature and of the score, with the reference that the release brought. */
export function binsOf(scrape: Scrape, contract: Contract): BinnedFeature[] {
  const features = contract.features.map(({ name }): BinnedFeature => {
    const reference = scrape.select(metrics.referenceFeatures, { feature: name });
    return {
      feature: name,
      reference: reference.map((sample) => sample.value),
      referenceRows: scrape.sum(metrics.referenceRows, { feature: name }),
      counts: reference.map(({ labels }) =>
        scrape.sum(metrics.features, { feature: name, bin: labels["bin"] ?? "" }),
      ),
    };
  });
  const score = scrape.select(metrics.referenceScores);
  return [
    ...features,
    {
      feature: "score",
      reference: score.map((sample) => sample.value),
      referenceRows: scrape.sum(metrics.referenceRows, { feature: "score" }),
      counts: score.map(({ labels }) => scrape.sum(metrics.scores, { bin: labels["bin"] ?? "" })),
    },
  ];
}
