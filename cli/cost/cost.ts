import { resolve } from "node:path";
import { Option } from "@commander-js/extra-typings";
import program from "../../infra";
import { notCovered, type CostEstimate } from "../../infra/cost/estimate";
import { pricesAsOf } from "../../infra/cost/prices";
import { jsonHelp, repeated, type CommandLine } from "../command";
import { UsageError } from "../exit-codes";
import { planStack } from "../plan/plan";
import { stackNames } from "../plan/stack-file";

const project = resolve(__dirname, "..", "..");

/** The estimate of a stack, beside its budget. */
interface StackCost extends CostEstimate {
  readonly stack: string;
  readonly budget: number | undefined;
}

async function costOf(stack: string): Promise<StackCost> {
  const { cost, config } = await planStack({ project, stack, program, rules: [] });
  return { stack, ...cost, budget: config.monthlyBudgetUsd };
}

const dollars = (value: number) => `$${Math.round(value).toLocaleString("en-US")}`;

/** Totals, regions, models, and the items that cost most. */
function linesOf({ stack, total, budget, byRegion, byModel, lines }: StackCost): string[] {
  const of = budget === undefined ? "" : ` of ${dollars(budget)}`;
  const items = new Map<string, number>();
  for (const { type, item, monthlyUsd } of lines) {
    const name = `${type.split(":").pop() ?? type}: ${item}`;
    items.set(name, (items.get(name) ?? 0) + monthlyUsd);
  }
  const dearest = [...items].sort(([, a], [, b]) => b - a).slice(0, 8);
  const rows = (title: string, all: readonly (readonly [string, number])[]) =>
    all.map(([name, value]) => `  ${title.padEnd(8)}${dollars(value).padStart(9)}  ${name}`);
  return [
    `${stack}: ${dollars(total)}${of} a month, estimated at rest`,
    ...rows("region", Object.entries(byRegion)),
    ...rows("model", Object.entries(byModel)),
    ...rows("item", dearest),
  ];
}

export const verb: CommandLine = {
  details: `List prices as of ${pricesAsOf}, with the least replicas and no traffic. Not covered:\n${notCovered.map((one) => `  ${one}`).join("\n")}`,
  examples: ["", "--stack prod --json"],
  define: (command, terminal) =>
    command
      .addOption(
        new Option("--stack <name>", "a stack that has a Pulumi.<name>.yaml; may be repeated")
          .argParser(repeated)
          .default([], "all"),
      )
      .option("--json", jsonHelp)
      .action(async ({ stack }) => {
        const known = stackNames(project);
        const unknown = stack.filter((name) => !known.includes(name));
        if (unknown.length > 0)
          throw new UsageError(`--stack: got ${unknown.join(", ")}, allowed: ${known.join(", ")}`);
        const costs: StackCost[] = [];
        for (const name of stack.length > 0 ? stack : known) costs.push(await costOf(name));
        terminal.result({ pricesAsOf, notCovered, stacks: costs }, costs.flatMap(linesOf));
      }),
};
