import { join } from "node:path";
import { Piscina } from "piscina";
import { RequestProblem } from "../requests/problem";
import type { Scorer } from "./session";
import type { WorkerData, WorkerTask } from "./worker";

/** Why a worker thread was replaced. */
export type ReplacementReason = "crash" | "hang";

/** File that the threads run, with what Node needs to run it. */
export interface WorkerEntry {
  readonly file: string;
  readonly execArgv: readonly string[];
}

/** The worker beside this file: compiled in the image, TypeScript in development. */
export function workerEntry(): WorkerEntry {
  return __filename.endsWith(".ts")
    ? { file: join(__dirname, "worker.ts"), execArgv: ["--import", "tsx"] }
    : { file: join(__dirname, "worker.js"), execArgv: [] };
}

export interface PoolOptions {
  readonly data: WorkerData;
  readonly threads: number;
  /** Milliseconds after which a run counts as hung and its thread is ended. */
  readonly timeoutMilliseconds: number;
  readonly entry: WorkerEntry;
  readonly onReplaced: (reason: ReplacementReason) => void;
}

/** The model in worker threads, each with a session of its own. */
export interface Pool extends Scorer {
  readonly threads: number;
  close(): Promise<void>;
}

/**
 * Starts the threads. A run whose thread crashed is tried once more on another: scoring has no side
 * effects. A run that takes too long is given up and its thread ended, without a second try, since
 * whatever hung it would hang the next.
 */
export function startPool(options: PoolOptions): Pool {
  return new ThreadPool(options);
}

class ThreadPool implements Pool {
  readonly threads: number;
  readonly #piscina: Piscina;
  readonly #options: PoolOptions;
  #closing = false;
  #hung = 0;

  constructor(options: PoolOptions) {
    const { data, threads, entry, onReplaced } = options;
    this.threads = threads;
    this.#options = options;
    this.#piscina = new Piscina({
      filename: entry.file,
      execArgv: [...entry.execArgv],
      workerData: data,
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: 1,
      recordTiming: false,
      workerHistogram: false,
    });
    this.#piscina.on("workerDestroy", () => {
      if (this.#closing) return;
      if (this.#hung > 0) this.#hung -= 1;
      else onReplaced("crash");
    });
    // A thread that dies between two tasks has been replaced by the time this is told.
    this.#piscina.on("error", () => undefined);
  }

  async score(rows: WorkerTask["rows"], count: number): Promise<Float32Array> {
    try {
      return await this.#once({ rows, count });
    } catch (error) {
      if (error instanceof RequestProblem || this.#closing) throw error;
      return this.#once({ rows, count });
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#piscina.destroy();
  }

  async #once(task: WorkerTask): Promise<Float32Array> {
    const { timeoutMilliseconds, onReplaced } = this.#options;
    const timeout = new AbortController();
    const timer = setTimeout(() => {
      this.#hung += 1;
      onReplaced("hang");
      timeout.abort();
    }, timeoutMilliseconds);
    try {
      return await this.#piscina.run(task, { signal: timeout.signal });
    } catch (error) {
      if (timeout.signal.aborted)
        throw new RequestProblem(
          "inference.timeout",
          `the model took longer than ${timeoutMilliseconds} ms`,
        );
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}
