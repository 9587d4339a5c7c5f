import type { Contract, Feature } from "../../contract/contract";
import { categoriesOf, isCategorical } from "../../contract/encoding";
import {
  durationBuckets,
  metrics,
  operations,
  scoreFeature,
  type Operation,
} from "../../contract/metrics";
import type { ServedRelease } from "../../evidence/release";
import type { Execution } from "../inference/execution";
import type { ReplacementReason } from "../inference/pool";
import type { FeatureBins, Reference } from "../release/documents";
import type { Rows } from "../requests/columns";
import { statuses, type FieldProblem } from "../requests/problem";
import { ComparisonCounters } from "./comparison";
import { OutcomeCounters } from "./outcomes";
import { binOf, Registry, type Cell, type Histogram } from "./registry";

/** What is running, for `causeway_build_info`. */
export interface Build {
  readonly execution: Execution;
  readonly environment: string;
  readonly region: string;
}

export type ShedReason = "overload" | "stopping" | "explanations";

interface FeatureCells {
  readonly bins: readonly Cell[];
  readonly missing: Cell;
  /** Bin of a value that the contract allows. */
  readonly binOf: (value: number) => number;
}

/** Codes of the server's own failures, with their status. */
const serverErrors = Object.entries(statuses).filter(([, status]) => status >= 500);

/**
 * Everything that the server counts. All series but those of requests that callers got wrong exist
 * from the start, so their number is the contract's.
 */
export class ModelCounters {
  readonly registry: Registry;
  readonly outcomes: OutcomeCounters;
  readonly comparison: ComparisonCounters;
  readonly sheds: Readonly<Record<ShedReason, Cell>>;
  readonly workersReplaced: Readonly<Record<ReplacementReason, Cell>>;
  /** Connections whose bytes never became a request. */
  readonly malformed: Cell;
  readonly batches: Cell;
  readonly batchedRows: Cell;
  readonly #durations: Readonly<Record<Operation, Histogram>>;
  readonly #answered: Readonly<Record<Operation, Cell>>;
  readonly #refused = new Map<string, Cell>();
  readonly #predictions: readonly [negative: Cell, positive: Cell];
  readonly #scores: readonly Cell[];
  readonly #scoreEdges: readonly number[];
  readonly #features: readonly FeatureCells[];
  readonly #outOfRange: ReadonlyMap<string, Cell>;

  constructor(contract: Contract, release: ServedRelease, reference: Reference) {
    const registry = new Registry({ model: contract.name, version: release.version });
    this.registry = registry;
    this.#answered = byKey(operations, (operation) =>
      registry.cell(metrics.requests, { operation, status: "200", code: "ok" }),
    );
    // A series that only began with its first event would take what it counted along when the process
    // restarts: a drop is seen where there is a sample after it.
    for (const operation of operations)
      for (const [code, status] of serverErrors) this.#refusal(operation, status, code);
    this.#durations = byKey(operations, (operation) =>
      registry.histogram(metrics.duration, { operation }, durationBuckets(contract)),
    );
    this.sheds = byKey(["overload", "stopping", "explanations"], (reason) =>
      registry.cell(metrics.sheds, { reason }),
    );
    this.workersReplaced = byKey(["crash", "hang"], (reason) =>
      registry.cell(metrics.workersReplaced, { reason }),
    );
    this.malformed = registry.cell(metrics.malformed);
    this.batches = registry.cell(metrics.batches);
    this.batchedRows = registry.cell(metrics.batchedRows);
    const { negativeLabel, positiveLabel } = contract.target;
    this.#predictions = [
      registry.cell(metrics.predictions, { label: negativeLabel }),
      registry.cell(metrics.predictions, { label: positiveLabel }),
    ];
    this.#scoreEdges = reference.score.edges;
    this.#scores = numericBinNames(reference.score.edges).map((bin) =>
      registry.cell(metrics.scores, { bin }),
    );
    this.#features = reference.features.map((bins, i) =>
      featureCells(registry, bins, binNames(bins, contract.features[i])),
    );
    this.#outOfRange = new Map(
      contract.features.map(({ name }) => [
        name,
        registry.cell(metrics.outOfRange, { feature: name }),
      ]),
    );
    this.comparison = new ComparisonCounters(registry);
    this.outcomes = new OutcomeCounters(
      registry,
      contract,
      release.version,
      numericBinNames(reference.score.edges),
    );
    showReference(registry, reference, contract);
  }

  /** Bin of a score. */
  scoreBin(score: number): number {
    return binOf(this.#scoreEdges, score);
  }

  answered(operation: Operation, seconds: number): void {
    this.#answered[operation].value += 1;
    this.#durations[operation].observe(seconds);
  }

  /**
   * Counts an answer that is not a success. `problems` that are about a feature's value also count
   * for that feature.
   */
  refused(
    operation: Operation,
    status: number,
    code: string,
    problems: readonly FieldProblem[],
  ): void {
    this.#refusal(operation, status, code).value += 1;
    for (const problem of problems) {
      const range =
        problem.code === "feature.range" || problem.code === "feature.category"
          ? this.#outOfRange.get(problem.feature ?? "")
          : undefined;
      if (range) range.value += 1;
    }
  }

  #refusal(operation: Operation, status: number, code: string): Cell {
    const key = `${operation} ${status} ${code}`;
    const known = this.#refused.get(key);
    if (known !== undefined) return known;
    const cell = this.registry.cell(metrics.requests, { operation, status: String(status), code });
    this.#refused.set(key, cell);
    return cell;
  }

  /**
   * Counts rows and their scores; `bins` are those of {@link scoreBin}, `compared` is whether the
   * request may go to either version.
   */
  predicted(
    rows: Rows,
    positive: readonly boolean[],
    bins: readonly number[],
    scores: ArrayLike<number>,
    compared: boolean,
  ): void {
    this.comparison.predicted(rows, positive, scores, compared);
    let at = 0;
    for (let row = 0; row < rows.count; row += 1) {
      add(this.#predictions[positive[row] === true ? 1 : 0]);
      add(this.#scores[bins[row] ?? -1]);
      for (const feature of this.#features) {
        const value = rows.values[at] ?? NaN;
        at += 1;
        // NaN, the only value that is not itself: missing.
        add(value === value ? feature.bins[feature.binOf(value)] : feature.missing);
      }
    }
  }

  /** Says what is running. */
  showBuild(release: ServedRelease, { execution, environment, region }: Build): void {
    const labels = {
      model_digest: release.digests.model,
      data_digest: release.digests.data,
      execution,
      environment,
      region,
    };
    this.registry.derived(metrics.build, labels, () => 1);
  }
}

function add(cell: Cell | undefined): void {
  if (cell !== undefined) cell.value += 1;
}

function featureCells(
  registry: Registry,
  feature: FeatureBins,
  names: readonly string[],
): FeatureCells {
  const bins = names.map((bin) => registry.cell(metrics.features, { feature: feature.name, bin }));
  const missing = registry.cell(metrics.missing, { feature: feature.name });
  return {
    bins,
    missing,
    binOf:
      "values" in feature
        ? (value) => feature.values.indexOf(value)
        : (value) => binOf(feature.edges, value),
  };
}

function showReference(
  registry: Registry,
  { features, score }: Reference,
  contract: Pick<Contract, "features">,
): void {
  features.forEach((feature, at) => {
    const names = binNames(feature, contract.features[at]);
    feature.proportions.forEach((share, i) =>
      registry.derived(
        metrics.referenceFeatures,
        { feature: feature.name, bin: names[i] ?? "" },
        () => share,
      ),
    );
    registry.derived(metrics.referenceRows, { feature: feature.name }, () => feature.rows);
  });
  score.proportions.forEach((share, i) =>
    registry.derived(
      metrics.referenceScores,
      { bin: numericBinNames(score.edges)[i] ?? "" },
      () => share,
    ),
  );
  registry.derived(metrics.referenceRows, { feature: scoreFeature }, () => score.rows);
}

/** Categories by the names that people know. */
function binNames(bins: FeatureBins, feature: Feature | undefined): string[] {
  if (!("values" in bins)) return numericBinNames(bins.edges);
  const categories = feature !== undefined && isCategorical(feature) ? categoriesOf(feature) : [];
  return bins.values.map(
    (value) => categories.find(({ code }) => code === value)?.label ?? String(value),
  );
}

function numericBinNames(edges: readonly number[]): string[] {
  return [...edges.map(String), "+Inf"];
}

function byKey<K extends string, V>(keys: readonly K[], value: (key: K) => V): Record<K, V> {
  const entries: [K, V][] = keys.map((key) => [key, value(key)]);
  return fromEntries(entries);
}

function fromEntries<K extends string, V>(entries: readonly (readonly [K, V])[]): Record<K, V>;
function fromEntries(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(entries);
}
