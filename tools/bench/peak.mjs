// Loaded into every Node process that a measured command starts: notes the largest resident set of each at its end, in kilobytes.
import { appendFileSync } from "node:fs";

const file = process.env["BENCH_PEAK_FILE"];
if (file) process.on("exit", () => appendFileSync(file, `${process.resourceUsage().maxRSS}\n`));
