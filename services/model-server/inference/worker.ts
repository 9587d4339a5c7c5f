import { workerData } from "node:worker_threads";
import { openModel, type OnnxModel } from "./session";

/**
 * What a worker thread is started with: the verified bytes of the model, never a path that may hold
 * others by now.
 */
export interface WorkerData {
  readonly model: Uint8Array;
  readonly input: string;
  readonly output: string;
}

/** One run. */
export interface WorkerTask {
  readonly rows: Float32Array;
  readonly count: number;
}

function given(): WorkerData {
  const data: unknown = workerData;
  if (!isWorkerData(data))
    throw new TypeError("this file runs in the worker threads of the model server");
  return data;
}

function isWorkerData(value: unknown): value is WorkerData {
  return (
    typeof value === "object" &&
    value !== null &&
    "model" in value &&
    value.model instanceof Uint8Array &&
    "input" in value &&
    "output" in value
  );
}

let opened: Promise<OnnxModel> | undefined;

/**
 * Runs the model in this thread; the first task, which is sent before the pool counts as started,
 * opens the session.
 */
export default async function run({ rows, count }: WorkerTask): Promise<Float32Array> {
  const { model, ...names } = given();
  opened ??= openModel(model, names);
  return (await opened).score(rows, count);
}
