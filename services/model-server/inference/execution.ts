import { startPool, type PoolOptions } from "./pool";
import type { OnnxModel, Scorer } from "./session";

/** Where the model runs. */
export type Execution = "inline" | "workers";

export interface Measured {
  /** Milliseconds of one run of one row on the main thread: the median. */
  readonly inlineMilliseconds: number;
  /** The same through a worker thread; undefined when it was not tried. */
  readonly workerMilliseconds: number | undefined;
  /** Whether 32 rows in one run take less than 80% of 32 runs. */
  readonly batchingPays: boolean;
}

/** How a model is run, and why. */
export interface Placement extends Measured {
  readonly execution: Execution;
  readonly scorer: Scorer;
  /** Runs at a time. */
  readonly lanes: number;
  close(): Promise<void>;
}

/**
 * Below this, a thread is not even tried: the hop there and back was measured at 0.08 ms, four runs
 * of a small model, and a thread at 9 MB.
 */
const certainlyInlineMilliseconds = 0.2;
/**
 * From here the main thread must stay free whatever the hop costs: health checks and sheds would
 * wait this long for each run.
 */
const certainlyWorkersMilliseconds = 5;

const batchOfTrial = 32;
const worthwhile = 0.8;

export interface PlacementOptions {
  readonly model: OnnxModel;
  /** A row to try with. */
  readonly sample: Float32Array;
  /** Whether the graph takes any number of rows. */
  readonly anyRows: boolean;
  /** `auto` decides by measurement. */
  readonly choice: Execution | "auto";
  readonly pool: PoolOptions;
}

/**
 * Decides by measurement where the model runs: on the main thread when handing a row to a thread
 * and back costs more than scoring it, in worker threads otherwise.
 */
export async function place({
  model,
  sample,
  anyRows,
  choice,
  pool: poolOptions,
}: PlacementOptions): Promise<Placement> {
  const inlineMilliseconds = await median(model, sample, 1, 15);
  const batchingPays =
    anyRows &&
    (await median(model, repeated(sample, batchOfTrial), batchOfTrial, 5)) <
      worthwhile * batchOfTrial * inlineMilliseconds;
  const inline: Placement = {
    execution: "inline",
    scorer: model,
    lanes: 1,
    inlineMilliseconds,
    workerMilliseconds: undefined,
    batchingPays,
    close: () => model.release(),
  };
  if (
    choice === "inline" ||
    (choice === "auto" && inlineMilliseconds < certainlyInlineMilliseconds)
  )
    return inline;
  const pool = startPool(poolOptions);
  const workerMilliseconds = await median(pool, sample, 1, 15);
  const hop = workerMilliseconds - inlineMilliseconds;
  if (
    choice === "auto" &&
    hop > inlineMilliseconds &&
    inlineMilliseconds < certainlyWorkersMilliseconds
  ) {
    await pool.close();
    return { ...inline, workerMilliseconds };
  }
  // Every thread opens its session before the first request comes.
  await Promise.all(Array.from({ length: pool.threads * 2 }, () => pool.score(sample.slice(), 1)));
  await model.release();
  return {
    execution: "workers",
    scorer: pool,
    lanes: pool.threads,
    inlineMilliseconds,
    workerMilliseconds,
    batchingPays,
    close: () => pool.close(),
  };
}

async function median(
  scorer: Scorer,
  rows: Float32Array,
  count: number,
  runs: number,
): Promise<number> {
  // The first run allocates.
  await scorer.score(rows.slice(), count);
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const from = performance.now();
    await scorer.score(rows.slice(), count);
    times.push(performance.now() - from);
  }
  return times.sort((a, b) => a - b)[runs >> 1] ?? Infinity;
}

function repeated(row: Float32Array, count: number): Float32Array {
  const rows = new Float32Array(row.length * count);
  for (let i = 0; i < count; i += 1) rows.set(row, i * row.length);
  return rows;
}
