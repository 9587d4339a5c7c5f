export interface LimiterOptions {
  /** Mean milliseconds in the server above which it holds too many requests. */
  readonly targetMilliseconds: number;
  /** Bounds of the number of requests in flight. */
  readonly minimum: number;
  readonly maximum: number;
  /**
   * Lower bound while nobody is turned away: so few callers are never too many, however slow the
   * machine is at the moment.
   */
  readonly minimumServingAll: number;
}

/**
 * Between two corrections lie this many milliseconds, some hundred requests at full load, and at
 * least this many requests.
 */
const windowMilliseconds = 20;
const fewest = 8;
const decrease = 0.85;

/**
 * How many requests may be in flight: additive increase while the limit is reached and requests are
 * fast, multiplicative decrease when their mean time in the server passes the target (as TCP does
 * for packets; Chiu and Jain 1989). Time spent on refusing counts through the requests that wait
 * meanwhile, so the limit settles where accepted requests stay fast at any offered load.
 */
export class Limiter {
  #limit: number;
  #inFlight = 0;
  #entered = 0;
  #reached = false;
  #count = 0;
  #total = 0;
  #windowStart = 0;
  readonly #options: LimiterOptions;

  constructor(options: LimiterOptions) {
    this.#options = options;
    this.#limit = Math.min(options.maximum, Math.max(options.minimum, 32));
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** Requests taken in so far. */
  get entered(): number {
    return this.#entered;
  }

  /** Whether the next request would be turned away. */
  get full(): boolean {
    return this.#inFlight >= this.limit;
  }

  /** Notes that a request was turned away because of {@link full}. */
  turnAway(): void {
    this.#reached = true;
  }

  /** Takes a request in, or says no. Who is taken in must {@link leave}. */
  enter(): boolean {
    if (this.full) {
      this.turnAway();
      return false;
    }
    this.#inFlight += 1;
    this.#entered += 1;
    return true;
  }

  /** A request is done after `milliseconds`; `now` in milliseconds of a steady clock. */
  leave(milliseconds: number, now: number): void {
    this.#inFlight -= 1;
    this.#count += 1;
    this.#total += milliseconds;
    if (now - this.#windowStart < windowMilliseconds || this.#count < fewest) return;
    this.#adjust(this.#total / this.#count);
    this.#windowStart = now;
    this.#count = 0;
    this.#total = 0;
    this.#reached = false;
  }

  #adjust(mean: number): void {
    const { targetMilliseconds, minimum, maximum, minimumServingAll } = this.#options;
    const lowest = this.#reached ? minimum : Math.min(this.#limit, minimumServingAll);
    if (mean > targetMilliseconds) this.#limit = Math.max(lowest, this.#limit * decrease);
    else if (this.#reached) this.#limit = Math.min(maximum, this.#limit + 1);
  }
}
