import type { Rows } from "../requests/columns";
import { RequestProblem } from "../requests/problem";
import { firstBadScore, type ScoreRange } from "./scores";
import type { Scorer } from "./session";

interface Waiting extends Rows {
  readonly resolve: (scores: Float32Array) => void;
  readonly reject: (reason: unknown) => void;
}

export interface BatcherOptions {
  readonly scorer: Scorer;
  /** Values per row. */
  readonly width: number;
  /** Runs at a time: one on the main thread, one per worker thread. */
  readonly lanes: number;
  /**
   * Most rows of one run when requests are put together; a request with more runs alone. 1 turns
   * batching off.
   */
  readonly maximumRows: number;
  readonly range: ScoreRange;
  /** Told of each run. */
  readonly onRun: (rows: number) => void;
}

/**
 * Puts requests that wait at the same time into one run of the model. No request waits for others
 * to come: while a run is on, or while the event loop still reads sockets, whatever arrives makes
 * the next run. So the batch adapts to the load by itself, and a lone request runs at once.
 */
export class Batcher {
  readonly #options: BatcherOptions;
  #queue: Waiting[] = [];
  #running = 0;

  constructor(options: BatcherOptions) {
    this.#options = options;
  }

  /** Requests that wait for a run. */
  get waiting(): number {
    return this.#queue.length;
  }

  /**
   * Scores of the rows, in order. Rejects when the run failed, and with `inference.failed` when it
   * gave one of these rows something else than a score.
   */
  score(rows: Rows): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ values: rows.values, count: rows.count, resolve, reject });
      if (this.#running < this.#options.lanes) {
        this.#running += 1;
        setImmediate(() => void this.#drain());
      }
    });
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) await this.#run(this.#take());
    this.#running -= 1;
  }

  #take(): Waiting[] {
    let rows = 0;
    let end = 0;
    for (const { count } of this.#queue) {
      if (end > 0 && rows + count > this.#options.maximumRows) break;
      rows += count;
      end += 1;
    }
    const taken = this.#queue;
    this.#queue = taken.splice(end);
    return taken;
  }

  async #run(requests: readonly Waiting[]): Promise<void> {
    const { scorer, width, range, onRun } = this.#options;
    const count = requests.reduce((total, request) => total + request.count, 0);
    const batch = new Float32Array(count * width);
    let at = 0;
    for (const { values } of requests) {
      batch.set(values, at);
      at += values.length;
    }
    onRun(count);
    try {
      const scores = await scorer.score(batch, count);
      let from = 0;
      for (const request of requests) {
        const own = scores.subarray(from, from + request.count);
        const bad = firstBadScore(own, range);
        if (bad === undefined) request.resolve(own);
        else request.reject(notAScore(bad));
        from += request.count;
      }
    } catch (error) {
      for (const request of requests) request.reject(error);
    }
  }
}

function notAScore(row: number): RequestProblem {
  return new RequestProblem(
    "inference.failed",
    `the model gave no valid score for row ${row}; nothing was counted, and no other row of the request was answered`,
  );
}
