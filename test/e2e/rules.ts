import assert from "node:assert/strict";
import { ensureTool } from "../harness/toolchain/ensure";
import { TOOLS } from "../harness/toolchain/pins";
import { contract } from "../infra/observability/fixture";
import { failures, lintProblems, scenarios } from "../infra/observability/promtool/run";
import type { Suite } from "../harness/runner";

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
      ...scenarios.map((scenario) => ({
        title: scenario.title,
        run: async () => assert.equal(await failures(promtool, scenario), ""),
      })),
    ],
  };
}
