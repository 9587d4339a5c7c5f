import { series } from "../../../infra/gates/series";
import { select } from "../../../infra/gates/rule";
import { hashLabel } from "../../../infra/gates/comparison";
import type { VersionCounts } from "./mesh";
import type { World } from "./world";

const POLL_MS = 100;

/**
 * A version on trial, and what a test does to it. Whatever is waited for is counted in requests or
 * seen by Prometheus, so that a slow machine waits longer and sees the same; once the release has
 * ended nothing is waited for.
 */
export class OnTrial {
  #ended = false;

  constructor(
    private readonly world: World,
    readonly model: string,
    readonly hash: string,
    private readonly champion: string,
  ) {}

  end(): void {
    this.#ended = true;
  }

  /** Waits until the version got so many requests and its first block of time is over. */
  async begun(requests: number): Promise<void> {
    await this.#until(() => this.#counts(this.hash).requests >= requests);
    await this.#until(async () => (await this.#errorsInBlocks()) !== undefined);
  }

  /**
   * Lets the next so many predictions of the version fail, and waits until the blocks of the error
   * gate hold them: what fails next is in a later block.
   */
  async fail(predictions: number): Promise<void> {
    const before = this.#counts(this.hash).errors;
    this.world.kubelet.fail(this.hash, predictions);
    await this.#until(() => this.#counts(this.hash).errors >= before + predictions);
    await this.#until(
      async () => ((await this.#errorsInBlocks()) ?? 0) >= this.#counts(this.hash).errors,
    );
  }

  /** Lets every prediction of both versions fail until each of them has failed so many. */
  async outage(predictions: number): Promise<void> {
    const both = [this.hash, this.champion].map((hash) => ({
      hash,
      errors: this.#counts(hash).errors + predictions,
    }));
    for (const { hash } of both) this.world.kubelet.fail(hash, Infinity);
    await this.#until(() => both.every(({ hash, errors }) => this.#counts(hash).errors >= errors));
    for (const { hash } of both) this.world.kubelet.fail(hash, 0);
  }

  /** Restarts the version's containers, and waits until they are back. */
  async restart(): Promise<void> {
    const { kubelet } = this.world;
    const pods = kubelet.podsOf(this.hash);
    kubelet.restart(this.hash);
    await this.#until(() => pods.every(({ restarts, ready }) => restarts > 0 && ready));
  }

  #counts(hash: string): VersionCounts {
    return this.world.mesh.counts.get(hash) ?? { requests: 0, errors: 0, mirrored: 0 };
  }

  /** Failures of the version in the blocks so far; undefined before the first. */
  async #errorsInBlocks(): Promise<number | undefined> {
    const errors = select({ name: this.model }, series.blockEvents, {
      gate: "errors",
      [hashLabel]: this.hash,
    });
    const query = `sum_over_time(${errors}[1h:30s])`;
    return this.world.prometheus(this.model).query(query);
  }

  async #until(holds: () => boolean | Promise<boolean>): Promise<void> {
    while (!this.#ended && !(await holds()))
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
