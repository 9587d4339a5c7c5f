import { rmSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { columns } from "../../cli/plan/summary";
import { measurePlan, type Measurement } from "./measure";
import { syntheticProject } from "./project";

const root = join(__dirname, "..", "..");
/** What the project promises on 2 cores. */
const limits = {
  seconds: 6,
  megabytes: 700,
  manyModelsSeconds: 20,
  ruleSecondsPerThousand: 1,
} as const;
/**
 * Synthetic stacks: one region as in dev, where 200 models make about 5,000 resources, and then the
 * two regions of prod.
 */
const sizes = [50, 100, 200] as const;

/** A promise and whether it was kept. */
interface Check {
  readonly what: string;
  readonly measured: number;
  readonly limit: number;
  readonly unit: string;
}

/** Measures the plan and prints a table; returns whether every limit was kept. */
async function main(): Promise<boolean> {
  const [load = 0] = loadavg();
  console.log(
    `${cpus().length} cores, Node ${process.version}; each row is a new process. Load before the start: ${load.toFixed(1)}${load > 1 ? " (others use the processors: wall times are longer than they would be)" : ""}\n`,
  );
  const all = await measurePlan(root, []);
  const grown: Measurement[] = [];
  for (const size of sizes) grown.push(await measureSize(size, "dev"));
  const prod = await measureSize(200, "prod");
  print([
    ["run", "resources", "wall s", "processor s", "program s", "rules s", "peak MB"],
    row(`${all.stacks.map(({ stack }) => stack).join(", ")}`, all),
    ...grown.map((run, i) => row(`${sizes[i]} models, one region`, run)),
    row("200 models, two regions", prod),
  ]);
  const [small, middle, large] = grown;
  if (small && middle && large)
    console.log(
      `\nA model between 100 and 200 takes ${ratio(small, middle, large).toFixed(2)} times the processor time of one between 50 and 100 (1.00 is linear)\n`,
    );
  const checks = checksOf(all, grown);
  print([
    ["limit", "measured", "at most", ""],
    ...checks.map(({ what, measured, limit, unit }) => [
      what,
      `${measured.toFixed(2)} ${unit}`,
      `${limit} ${unit}`,
      measured <= limit ? "pass" : "FAIL",
    ]),
  ]);
  return checks.every(({ measured, limit }) => measured <= limit);
}

async function measureSize(models: number, like: "dev" | "prod"): Promise<Measurement> {
  const folder = syntheticProject(root, models, like);
  try {
    return await measurePlan(folder, ["--stack", "bench"]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function checksOf(all: Measurement, grown: readonly Measurement[]): Check[] {
  const large = grown.at(-1);
  const stacks = [all, ...grown]
    .flatMap((run) => run.stacks)
    .filter(({ resources }) => resources >= 1000);
  return [
    { what: "plan of three stacks, wall", measured: all.seconds, limit: limits.seconds, unit: "s" },
    {
      what: "plan of three stacks, peak memory of one process",
      measured: all.peakMegabytes,
      limit: limits.megabytes,
      unit: "MB",
    },
    ...(large
      ? [
          {
            what: `${sizes.at(-1)} models in one region, wall`,
            measured: large.seconds,
            limit: limits.manyModelsSeconds,
            unit: "s",
          },
        ]
      : []),
    {
      what: "all rules on 1,000 resources",
      measured: Math.max(
        ...stacks.map(({ resources, rulesSeconds }) => (rulesSeconds / resources) * 1000),
      ),
      limit: limits.ruleSecondsPerThousand,
      unit: "s",
    },
  ];
}

/** Processor time of a model between the two larger runs over that between the two smaller ones. */
function ratio(small: Measurement, middle: Measurement, large: Measurement): number {
  const perModel = (more: Measurement, less: Measurement, models: number) =>
    (more.processorSeconds - less.processorSeconds) / models;
  return (
    perModel(large, middle, sizes[2] - sizes[1]) / perModel(middle, small, sizes[1] - sizes[0])
  );
}

function row(
  name: string,
  { seconds, processorSeconds, peakMegabytes, stacks }: Measurement,
): string[] {
  const sum = (pick: (stack: Measurement["stacks"][number]) => number) =>
    stacks.reduce((total, stack) => total + pick(stack), 0);
  return [
    name,
    String(sum((s) => s.resources)),
    seconds.toFixed(2),
    processorSeconds.toFixed(2),
    sum((s) => s.programSeconds).toFixed(2),
    sum((s) => s.rulesSeconds).toFixed(2),
    peakMegabytes.toFixed(0),
  ];
}

function print(lines: readonly (readonly string[])[]): void {
  for (const line of columns(lines)) console.log(line);
}

main().then(
  (kept) => (process.exitCode = kept ? 0 : 1),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  },
);
