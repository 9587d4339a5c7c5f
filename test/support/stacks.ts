import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StackPlan } from "../../cli/plan/plan";
import { fixtureProject } from "../harness/fixtures";

/** The repository, with what it commits. */
export const project = join(__dirname, "..", "..");
export const stacks = ["dev", "prod", "local"] as const;
export type StackName = (typeof stacks)[number];

/** The stack file of a fixture stack. */
export const stackFile = (stack: StackName) => join(fixtureProject, `Pulumi.${stack}.yaml`);

const plans = new Map<StackName, Promise<StackPlan>>();

/**
 * The plan of a fixture stack. The first test file of a run that asks for it makes it, the others
 * read it, and load neither the program nor its providers for it. What has no value in the plan is
 * left out of it.
 */
export function planOf(stack: StackName): Promise<StackPlan> {
  const known = plans.get(stack);
  if (known) return known;
  const plan = readOrMake(stack);
  plans.set(stack, plan);
  return plan;
}

async function readOrMake(stack: StackName): Promise<StackPlan> {
  // test/global-setup.ts gives each run a temporary folder of its own.
  const file = join(tmpdir(), "plans", `${stack}.json`);
  if (!existsSync(file)) {
    const plan = await planFixture(stack);
    mkdirSync(join(tmpdir(), "plans"), { recursive: true });
    const own = `${file}.${process.pid}`;
    writeFileSync(
      own,
      JSON.stringify(plan, (_, value: unknown) => written(value)),
    );
    renameSync(own, file);
  }
  const plan = JSON.parse(readFileSync(file, "utf8")) as StackPlan;
  const areas = plan.topology.areaOf as unknown as [string, string][];
  return { ...plan, topology: { ...plan.topology, areaOf: new Map(areas) } };
}

/** Plans a fixture stack, or the stack of that name by another file. */
export function planFixture(stack: StackName, configFile?: string): Promise<StackPlan> {
  // Loaded only here: the program and its providers take a second or two of every file.
  const { planWith } = jest.requireActual<typeof import("./planning")>("./planning");
  return planWith(fixtureProject, stack, configFile);
}

const written = (value: unknown) => (value instanceof Map ? [...value] : value);
