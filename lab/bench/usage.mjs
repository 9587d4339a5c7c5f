// Loaded into every Node process that a measured command starts: notes at its end the largest
// resident set in kilobytes and the processor time in microseconds.
import { appendFileSync } from "node:fs";

const file = process.env["BENCH_USAGE_FILE"];
if (file) {
  process.on("exit", () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    appendFileSync(file, `${maxRSS} ${userCPUTime + systemCPUTime}\n`);
  });
}
