// A worker thread that does what the first value of a row says: 1 scores, 2 crashes, 3 hangs, 4
// crashes in the first thread only, 5 gives no number. A score is the number of its thread over 64.
import { workerData } from "node:worker_threads";

const started = Atomics.add(new Int32Array(workerData.model.buffer), 0, 1);

export default function run({ rows, count }) {
  const [order] = rows;
  if (order === 2 || (order === 4 && started === 0)) process.exit(9);
  if (order === 3) for (;;);
  return new Float32Array(count).fill(order === 5 ? NaN : (started + 1) / 64);
}
