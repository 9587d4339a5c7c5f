import assert from "node:assert/strict";
import { ensureTool } from "../harness/toolchain/ensure";
import { TOOLS } from "../harness/toolchain/pins";
import { contract } from "../infra/observability/fixture";
import { families, parityFailures } from "../infra/gates/parity";
import { anyNames, oddNames } from "../infra/gates/parity-contracts";
import { sample } from "../infra/gates/parity-drawings";
import { failures, lintProblems, scenarios } from "../infra/observability/promtool/run";
import type { Suite } from "../harness/runner";

/** Random counts that a family of gates is evaluated over, in both forms. */
const drawings = 200;

/** The rules of a model, evaluated by Prometheus' own unit tests; they need no cluster. */
export async function ruleSuite(): Promise<Suite> {
  const promtool = await ensureTool(TOOLS.promtool);
  return {
    name: "rules",
    tests: [
      {
        title: "promtool finds nothing wrong with the rules of a model",
        run: async () => assert.equal(await lintProblems(promtool, contract), ""),
      },
      {
        title:
          "promtool finds nothing wrong with the rules of a model, whatever names its contract has",
        run: async () => {
          for (const named of [oddNames, ...sample(anyNames, 40)])
            assert.equal(await lintProblems(promtool, named), "");
        },
      },
      ...Object.entries(families).map(([name, familyOf]) => {
        const family = familyOf(drawings);
        return {
          title: `gates: PromQL and evaluate() agree over ${family.cases.length} counts of ${name}`,
          run: async () => assert.equal(await parityFailures(promtool, family), ""),
        };
      }),
      ...scenarios.map((scenario) => ({
        title: scenario.title,
        run: async () => assert.equal(await failures(promtool, scenario), ""),
      })),
    ],
  };
}
