import { sum, type Confusion, type VersionCounts } from "../../infra/gates/counts";
import { labelsOf } from "../../infra/gates/labels";
import type { BinnedFeature } from "../../infra/observability/drift";
import type { Contract } from "../../services/contract/contract";
import {
  metrics,
  overloadedCode,
  scoreFeature,
  type MetricFamily,
} from "../../services/contract/metrics";

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

/** What the servers of a version counted, as the rules of the cluster read it. */
type ServerCounts = Omit<VersionCounts, "unanswered" | "answers" | "lateAnswers" | "recentAnswers">;

/** Counts of a version's servers since a trial began, and since the look before. */
export function serverCounts(
  since: Scrape,
  recent: Scrape,
  contract: Contract,
  version: string,
): ServerCounts {
  const requests = since.select(metrics.requests).filter(isTaken);
  const failed = requests.filter(({ labels }) => labels["status"]?.startsWith("5"));
  const groups = contract.protectedAttributes.map(({ name: attribute, groups: list }) => {
    const counts = list.map(({ name: group }) => {
      const labels = { version, attribute, group };
      return [group, confusionOf(since, metrics.groupOutcomes, contract, labels)] as const;
    });
    return [attribute, Object.fromEntries(counts)] as const;
  });
  const outcomes = confusionOf(since, metrics.outcomes, contract, { version });
  return {
    decisions: decisionsOf(since, contract, version),
    requests: total(requests),
    errors: total(failed),
    recentRequests: total(recent.select(metrics.requests).filter(isTaken)),
    // A rehearsed server is one process; when it dies, requests are not answered any more.
    restarts: 0,
    predictions: {
      positive: total(since.select(metrics.predictions, { label: contract.target.positiveLabel })),
      negative: total(since.select(metrics.predictions, { label: contract.target.negativeLabel })),
    },
    scoreTenths: tenths.map((tenth) => total(since.select(metrics.scoreTenths, { tenth }))),
    scoreBins: scoreBinsOf(since),
    // A rehearsal has no clock: every label is as old as it gets.
    labels: labelsOf(outcomes),
    outcomes,
    groups: Object.fromEntries(groups),
  };
}

/** Decisions on the subjects of each group. */
function decisionsOf(
  since: Scrape,
  { protectedAttributes, target }: Contract,
  version: string,
): VersionCounts["decisions"] {
  return Object.fromEntries(
    protectedAttributes.map(({ name: attribute, groups }) => {
      const counts = groups.map(({ name: group }) => {
        const of = (predicted: string) =>
          total(since.select(metrics.groupDecisions, { version, attribute, group, predicted }));
        return [
          group,
          { positive: of(target.positiveLabel), negative: of(target.negativeLabel) },
        ] as const;
      });
      return [attribute, Object.fromEntries(counts)] as const;
    }),
  );
}

/** Whether a count is not of requests that were turned away because there were too many. */
function isTaken({ labels }: Sample): boolean {
  return labels["code"] !== overloadedCode;
}

/** Upper edges of the tenths of a score. */
const tenths = Array.from({ length: 10 }, (_, i) => String((i + 1) / 10));

function confusionOf(
  scrape: Scrape,
  family: MetricFamily,
  { target }: Contract,
  labels: Readonly<Record<string, string>>,
): Confusion {
  const [positive, negative] = [target.positiveLabel, target.negativeLabel];
  const cell = (predicted: string, actual: string) =>
    total(scrape.select(family, { ...labels, predicted, actual }));
  return {
    truePositive: cell(positive, positive),
    falsePositive: cell(positive, negative),
    trueNegative: cell(negative, negative),
    falseNegative: cell(negative, positive),
  };
}

function total(samples: readonly Sample[]): number {
  return sum(samples.map(({ value }) => value));
}

function binned(
  scrape: Scrape,
  feature: string,
  reference: readonly Sample[],
  counted: (bin: string) => readonly Sample[],
): BinnedFeature {
  return {
    feature,
    reference: reference.map(({ value }) => value),
    referenceRows: total(scrape.select(metrics.referenceRows, { feature })),
    counts: reference.map(({ labels }) => total(counted(labels["bin"] ?? ""))),
  };
}

/** Bins of the score, with the reference that the release brought. */
function scoreBinsOf(scrape: Scrape): BinnedFeature {
  return binned(scrape, scoreFeature, scrape.select(metrics.referenceScores), (bin) =>
    scrape.select(metrics.scores, { bin }),
  );
}

/** Bins of each feature and of the score, with the reference that the release brought. */
export function binsOf(scrape: Scrape, contract: Contract): BinnedFeature[] {
  return [
    ...contract.features.map(({ name: feature }) =>
      binned(scrape, feature, scrape.select(metrics.referenceFeatures, { feature }), (bin) =>
        scrape.select(metrics.features, { feature, bin }),
      ),
    ),
    scoreBinsOf(scrape),
  ];
}
