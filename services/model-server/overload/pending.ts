/**
 * Requests whose head has come and whose body has not. They are nobody's work yet, so they count
 * apart from those in flight, and are bounded by number: one more ends the oldest, whose body has
 * had the most time to come. A body that comes with its head is here for no time, so whoever
 * withholds bodies only ends others that do the same. How long one may take, the HTTP server bounds;
 * HTTP/1.1 has one at a time on a connection.
 */
export class PendingBodies<Request> {
  readonly #pending = new Set<Request>();

  constructor(
    private readonly most: number,
    private readonly end: (request: Request) => void,
  ) {}

  add(request: Request): void {
    this.#pending.add(request);
    if (this.#pending.size <= this.most) return;
    const [oldest] = this.#pending;
    if (oldest === undefined) return;
    this.#pending.delete(oldest);
    this.end(oldest);
  }

  /** The body has come, or will not. */
  remove(request: Request): void {
    this.#pending.delete(request);
  }
}
