import { arms, outcomeAges, outcomeWindow, subjectBuckets } from "../../contract/arms";
import type { Contract } from "../../contract/contract";
import { labelAges, metrics } from "../../contract/metrics";
import type { Groups, TrueLabel } from "../feedback/read";
import type { Issued } from "../identity/prediction-id";
import { binOf, type Cell, type Registry } from "./registry";

/** Versions whose outcomes are told apart; those of more are counted as `other`. */
const versionsApart = 8;
const otherVersion = "other";
const signs = ["gain", "loss"] as const;
/**
 * True labels by predicted label, score bin and group, and decisions by group, under the version that
 * predicted. A replica of one version also counts for others, since feedback comes to whichever replica it comes to.
 */
export class OutcomeCounters {
  readonly #registry: Registry;
  readonly #contract: Contract;
  readonly #scoreBins: readonly string[];
  readonly #ages: readonly number[];
  readonly #ageNames: readonly string[];
  readonly #cells = new Map<string, Cell>();
  readonly #versions: Set<string>;

  constructor(
    registry: Registry,
    contract: Contract,
    version: string,
    scoreBins: readonly string[],
  ) {
    this.#registry = registry;
    this.#contract = contract;
    this.#scoreBins = scoreBins;
    this.#ages = labelAges(contract);
    this.#ageNames = [...this.#ages.map(String), "+Inf"];
    this.#versions = new Set([version]);
    this.#addVersion(version);
  }

  /** Counts an outcome that became known `age` seconds after its prediction. */
  add(issued: Issued, { positive, groups, value }: TrueLabel, age: number): void {
    const version = this.#known(issued.version);
    const [predicted, actual] = [this.#label(issued.positive), this.#label(positive)];
    const known = this.#ageNames[binOf(this.#ages, age)] ?? "";
    this.#count(version, ["outcome", predicted, actual, known]);
    this.#count(version, ["score", this.#scoreBins[issued.bin] ?? "", actual]);
    for (const [attribute, group] of groups)
      this.#count(version, ["group", attribute, group, predicted, actual]);
    if (value === undefined) return;
    this.#count(version, ["values"]);
    const sign = value < 0 ? "loss" : "gain";
    this.#count(version, ["value", sign], Math.abs(value));
    this.#count(version, ["squares"], value * value);
    if (issued.subject === undefined) return;
    // What becomes known later has no cell: the value of a prediction is what its window brought.
    const part = Math.floor((outcomeAges * age) / outcomeWindow(this.#contract));
    const { arm, bucket } = issued.subject;
    this.#count(version, ["experiment", arm, `${bucket}`, `${part}`, sign], Math.abs(value));
  }

  /** Counts the decision on a subject of these groups. */
  decided(issued: Issued, groups: Groups): void {
    const version = this.#known(issued.version);
    const predicted = this.#label(issued.positive);
    for (const [attribute, group] of groups)
      this.#count(version, ["decision", attribute, group, predicted]);
  }

  #label(positive: boolean): string {
    return positive ? this.#contract.target.positiveLabel : this.#contract.target.negativeLabel;
  }

  #known(version: string): string {
    if (this.#versions.has(version)) return version;
    const name = this.#versions.size < versionsApart ? version : otherVersion;
    if (!this.#versions.has(name)) this.#addVersion(name);
    this.#versions.add(name);
    return name;
  }

  #count(version: string, key: readonly string[], amount = 1): void {
    const cell = this.#cells.get([version, ...key].join("\0"));
    if (cell) cell.value += amount;
  }

  /**
   * All series of a version, at zero: a counter that starts with its first event loses that event
   * to `rate()`.
   */
  #addVersion(version: string): void {
    const { protectedAttributes, target } = this.#contract;
    const put = (key: readonly string[], cell: Cell) =>
      this.#cells.set([version, ...key].join("\0"), cell);
    const labels = [target.positiveLabel, target.negativeLabel];
    for (const actual of labels) {
      for (const bin of this.#scoreBins)
        put(
          ["score", bin, actual],
          this.#registry.cell(metrics.outcomeScores, { version, bin, actual }),
        );
      for (const predicted of labels) {
        for (const age of this.#ageNames)
          put(
            ["outcome", predicted, actual, age],
            this.#registry.cell(metrics.outcomes, { version, predicted, actual, age }),
          );
        for (const { name: attribute, groups } of protectedAttributes) {
          for (const { name: group } of groups)
            put(
              ["group", attribute, group, predicted, actual],
              this.#registry.cell(metrics.groupOutcomes, {
                version,
                attribute,
                group,
                predicted,
                actual,
              }),
            );
        }
      }
    }
    this.#addDecisions(version, labels);
    put(["values"], this.#registry.cell(metrics.valueCount, { version }));
    for (const sign of signs)
      put(["value", sign], this.#registry.cell(metrics.valueSum, { version, sign }));
    put(["squares"], this.#registry.cell(metrics.valueSquares, { version }));
    if (this.#contract.release.strategy === "ab") this.#addExperiment(version);
  }

  #addDecisions(version: string, labels: readonly string[]): void {
    for (const { name: attribute, groups } of this.#contract.protectedAttributes)
      for (const { name: group } of groups)
        for (const predicted of labels)
          this.#cells.set(
            [version, "decision", attribute, group, predicted].join("\0"),
            this.#registry.cell(metrics.groupDecisions, { version, attribute, group, predicted }),
          );
  }

  #addExperiment(version: string): void {
    for (const arm of arms)
      for (let bucket = 0; bucket < subjectBuckets; bucket += 1)
        for (let age = 0; age < outcomeAges; age += 1)
          for (const sign of signs) {
            const labels = { version, arm, bucket: `${bucket}`, age: `${age}`, sign };
            this.#cells.set(
              [version, "experiment", arm, labels.bucket, labels.age, sign].join("\0"),
              this.#registry.cell(metrics.experimentValue, labels),
            );
          }
  }
}
