// Loaded into every Node process that a measured command starts: notes at its end the largest
// resident set in kilobytes and the processor time in microseconds.
import { appendFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const file = process.env["BENCH_USAGE_FILE"];
// What a thread uses is counted with its process.
if (file && isMainThread) {
  process.on("exit", () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    appendFileSync(file, `${maxRSS} ${userCPUTime + systemCPUTime}\n`);
  });
}
