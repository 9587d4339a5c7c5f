/**
 * Ids whose outcome was counted, so that a caller who sends twice counts once. Bounded: beyond
 * `capacity` the oldest is forgotten. Each replica has its own, of the ids that the mesh sends to it
 * (`infra/serving/routing.ts`): an id that moves to another replica may be counted again.
 */
export class Seen {
  readonly #until = new Map<string, number>();

  constructor(readonly capacity: number) {}

  get size(): number {
    return this.#until.size;
  }

  /** Remembers `id` until `expiry`; false when it is known already. Both times in seconds. */
  add(id: string, expiry: number, now: number): boolean {
    if (this.#until.has(id)) return false;
    this.#forget(now);
    this.#until.set(id, expiry);
    return true;
  }

  /**
   * Drops what expired, from the oldest entry to the first that has not, and one more when there is
   * no room.
   */
  #forget(now: number): void {
    for (const [id, until] of this.#until) {
      if (until > now && this.#until.size < this.capacity) return;
      this.#until.delete(id);
    }
  }
}
