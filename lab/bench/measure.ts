import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What one run of the plan cost. */
export interface Measurement {
  readonly seconds: number;
  /**
   * Processor time of all processes of the run: what remains of `seconds` when nothing else runs on
   * the machine, or less where work is parallel.
   */
  readonly processorSeconds: number;
  /** Largest resident set of one process of the run, in megabytes. */
  readonly peakMegabytes: number;
  readonly stacks: readonly StackTimes[];
}

/** What the plan says of one stack on its progress line. */
export interface StackTimes {
  readonly stack: string;
  readonly resources: number;
  readonly programSeconds: number;
  readonly rulesSeconds: number;
}

/**
 * Runs `causeway plan` in a folder in new processes and measures it from the outside. Throws when
 * the plan itself fails.
 */
export async function measurePlan(folder: string, args: readonly string[]): Promise<Measurement> {
  const scratch = mkdtempSync(join(tmpdir(), "bench-"));
  const usage = join(scratch, "usage");
  try {
    const started = performance.now();
    const { code, output } = await run(
      folder,
      ["cli/causeway.mjs", "plan", "--out", join(scratch, "out"), ...args],
      usage,
    );
    const seconds = (performance.now() - started) / 1000;
    // 1 means that a rule is broken: a matter for the plan, not for its speed.
    if (code > 1 || stackTimes(output).length === 0)
      throw new Error(`the plan ended with ${code}:\n${output}`);
    const processes = existsSync(usage)
      ? readFileSync(usage, "utf8")
          .split("\n")
          .filter(Boolean)
          .map((line) => line.split(" ").map(Number))
      : [];
    const peakMegabytes = Math.max(0, ...processes.map(([kilobytes = 0]) => kilobytes)) / 1024;
    const processorSeconds =
      processes.reduce((sum, [, microseconds = 0]) => sum + microseconds, 0) / 1e6;
    return { seconds, processorSeconds, peakMegabytes, stacks: stackTimes(output) };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Reads the progress lines of a plan. */
export function stackTimes(output: string): StackTimes[] {
  return [
    ...output.matchAll(/^(\S+) +(\d+) resources in ([\d.]+) s, \d+ rules in ([\d.]+) s/gm),
  ].map(([, stack = "", resources, program, rules]) => ({
    stack,
    resources: Number(resources),
    programSeconds: Number(program),
    rulesSeconds: Number(rules),
  }));
}

function run(
  folder: string,
  args: readonly string[],
  usage: string,
): Promise<{ code: number; output: string }> {
  const env = {
    ...process.env,
    BENCH_USAGE_FILE: usage,
    NODE_OPTIONS: `--import ${join(__dirname, "usage.mjs")}`,
  };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--max-semi-space-size=64", ...args], {
      cwd: folder,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 2, output }));
  });
}
