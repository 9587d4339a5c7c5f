import { rmSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { columns } from "../../cli/plan/summary";
import { measurePlan, type Measurement } from "./measure";
import { syntheticProject } from "./project";

const root = join(__dirname, "..", "..");
/** What the project promises on 2 cores. */
const limits = {
  seconds: 4,
  megabytes: 700,
  manyModelsSeconds: 14,
  manyModelsMegabytes: 1200,
  timesForTwice: 2.2,
  ruleSecondsPerThousand: 1,
} as const;
/**
 * Models of synthetic stacks in one region as in dev: 200 make about 5,600 resources, 380 about
 * 10,300. Then 200 in the two regions of prod.
 */
const sizes = { many: 200, most: 380 } as const;

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
  const many = await measureSize(sizes.many, "dev");
  const most = await measureSize(sizes.most, "dev");
  const prod = await measureSize(sizes.many, "prod");
  print([
    ["run", "resources", "wall s", "processor s", "program s", "rules s", "peak MB"],
    row(`${all.stacks.map(({ stack }) => stack).join(", ")}`, all),
    row(`${sizes.many} models, one region`, many),
    row(`${sizes.most} models, one region`, most),
    row(`${sizes.many} models, two regions`, prod),
  ]);
  console.log("");
  const checks = checksOf(all, many, most);
  print([
    ["limit", "measured", "at most", ""],
    ...checks.map(({ what, measured, limit, unit }) => [
      what,
      `${measured.toFixed(2)} ${unit}`,
      `${limit} ${unit}`,
      measured <= limit ? "pass" : "FAIL",
    ]),
  ]);
  const failed = checks.filter(({ measured, limit }) => !(measured <= limit));
  if (failed.length > 0)
    console.log(
      `\nnot kept: ${failed.map(({ what, measured, limit, unit }) => `${what}, ${measured.toFixed(2)} ${unit} of ${limit} ${unit}`).join("; ")}`,
    );
  return failed.length === 0;
}

async function measureSize(models: number, like: "dev" | "prod"): Promise<Measurement> {
  const folder = syntheticProject(root, models, like);
  try {
    return await measurePlan(folder, ["--stack", "bench"]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function checksOf(all: Measurement, many: Measurement, most: Measurement): Check[] {
  const stacks = [all, many, most]
    .flatMap((run) => run.stacks)
    .filter(({ resources }) => resources >= 1000);
  const name = `${sizes.many} models in one region`;
  return [
    { what: "plan of three stacks, wall", measured: all.seconds, limit: limits.seconds, unit: "s" },
    {
      what: "plan of three stacks, peak memory of one process",
      measured: all.peakMegabytes,
      limit: limits.megabytes,
      unit: "MB",
    },
    { what: `${name}, wall`, measured: many.seconds, limit: limits.manyModelsSeconds, unit: "s" },
    {
      what: `${name}, peak memory of one process`,
      measured: many.peakMegabytes,
      limit: limits.manyModelsMegabytes,
      unit: "MB",
    },
    {
      what: "processor time of 10,000 resources over that of 5,000",
      measured: (2 * perResource(most)) / perResource(many),
      limit: limits.timesForTwice,
      unit: "times",
    },
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

function perResource({ processorSeconds, stacks }: Measurement): number {
  return processorSeconds / stacks.reduce((sum, { resources }) => sum + resources, 0);
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
