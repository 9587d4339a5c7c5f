import { mulberry32 } from "../../cli/rehearse/random";

/** Random numbers that are the same in each run. */
export class Random {
  #spare: number | undefined;
  /** A number in [0, 1). */
  readonly uniform: () => number;

  constructor(seed: number) {
    this.uniform = mulberry32(seed);
  }

  /** A standard normal number (Box and Muller 1958). */
  normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Events of this mean: exact up to a mean of 30, then normal. */
  poisson(mean: number): number {
    if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    const limit = Math.exp(-mean);
    let [count, product] = [0, this.uniform()];
    while (product > limit) {
      count += 1;
      product *= this.uniform();
    }
    return count;
  }

  /** Events among trials with this share: exact where few or rare, else normal. */
  binomial(trials: number, share: number): number {
    if (share <= 0 || trials === 0) return 0;
    if (share >= 1) return trials;
    if (share > 0.5) return trials - this.binomial(trials, 1 - share);
    const mean = trials * share;
    if (mean > 30) {
      const drawn = Math.round(mean + Math.sqrt(mean * (1 - share)) * this.normal());
      return Math.min(trials, Math.max(0, drawn));
    }
    // Trials until the next event are geometric (Devroye 1986, chapter X.4).
    const scale = Math.log(1 - share);
    let [events, at] = [-1, 0];
    while (at <= trials) {
      at += Math.floor(Math.log(1 - this.uniform()) / scale) + 1;
      events += 1;
    }
    return events;
  }
}
