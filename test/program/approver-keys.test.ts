import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { followerArguments } from "../../services/delivery/follow";
import { promoterArguments } from "../../services/delivery/promote";
import { isClean, type StackPlan } from "../../cli/plan/plan";
import { testKey } from "../support/signing";
import { planFixture, stackFile } from "../support/stacks";

const approverKeys = ["ethics-board", "model-risk"].map((role) => ({
  role,
  key: testKey("p256").publicKey,
}));
let plan: StackPlan;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "causeway-approver-keys-"));
  const configFile = join(folder, "Pulumi.prod.yaml");
  writeFileSync(
    configFile,
    `${readFileSync(stackFile("prod"), "utf8").trimEnd()}\n  causeway:approverKeys: ${JSON.stringify(approverKeys)}\n`,
  );
  plan = await planFixture("prod", configFile);
  rmSync(folder, { recursive: true });
});

/** Arguments of every container in the plan that runs a program of the delivery image. */
function argumentsOf(programFile: string): string[][] {
  const found: string[][] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk);
    if (typeof value !== "object" || value === null) return;
    const { command, args } = value as { command?: unknown; args?: unknown };
    if (Array.isArray(command) && command.includes(programFile)) found.push(args as string[]);
    Object.values(value).forEach(walk);
  };
  plan.resources.forEach(({ inputs }) => walk(inputs));
  return found;
}

test("the stack's approver keys reach every promoter: the one at home and the one in each other region", () => {
  expect(plan.config.approverKeys).toEqual(approverKeys);
  const models = plan.config.models.length;
  const home = argumentsOf("/app/promote.js").map((args) => promoterArguments(args).approverKeys);
  const others = argumentsOf("/app/follow.js").map((args) => followerArguments(args).approverKeys);
  expect([home.length, others.length]).toEqual([models, models * (plan.config.regions.length - 1)]);
  expect([...home, ...others]).toEqual(
    Array.from({ length: models * plan.config.regions.length }, () => approverKeys),
  );
  expect(isClean(plan)).toBe(true);
});
