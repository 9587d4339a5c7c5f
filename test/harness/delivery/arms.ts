import { armOf, type Arm } from "../../../services/contract/arms";

/** One subject in an A/B test. */
interface Seen {
  requests: number;
  readonly versions: Set<string>;
}

/** Which versions answered whom while the whole challengers' half had the version on trial. */
export class Arms {
  readonly #seen = new Map<string, Seen>();

  /** `subject` is the keyed hash in the header, `version` the hash of the pod that answered. */
  note(subject: string, version: string): void {
    const seen = this.#seen.get(subject) ?? { requests: 0, versions: new Set<string>() };
    this.#seen.set(subject, seen);
    seen.requests += 1;
    seen.versions.add(version);
  }

  /**
   * What came of one half: its subjects, their requests, and every version that answered any of
   * them.
   */
  of(arm: Arm): {
    readonly subjects: number;
    readonly requests: number;
    readonly versions: readonly string[];
  } {
    const own = [...this.#seen]
      .filter(([subject]) => armOf(subject) === arm)
      .map(([, seen]) => seen);
    return {
      subjects: own.length,
      requests: own.reduce((sum, { requests }) => sum + requests, 0),
      versions: [...new Set(own.flatMap(({ versions }) => [...versions]))],
    };
  }

  /** Subjects that came more than once. */
  get returned(): number {
    return [...this.#seen.values()].filter(({ requests }) => requests > 1).length;
  }
}
