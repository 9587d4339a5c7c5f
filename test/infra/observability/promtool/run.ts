import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../harness/lib/process";
import { allRegionsScenarios } from "./all-regions";
import { anomalyScenarios } from "./anomalies";
import { autoscalingScenarios } from "./autoscaling";
import { blockScenarios } from "./blocks";
import { comparisonScenarios } from "./comparisons";
import { labelBlockScenarios } from "./label-blocks";
import { experimentScenarios } from "./experiments";
import { driftScenarios } from "./drift";
import { checkpointScenarios } from "./checkpoints";
import { erasureScenarios } from "./erasure";
import { resumerScenarios } from "./resumer";
import { gateScenarios } from "./gates";
import { selectiveLabelScenarios } from "./selective-labels";
import { slowVersionScenarios } from "./slow-versions";
import { labelScenarios } from "./labels";
import { matureLabelScenarios } from "./mature-labels";
import { parityScenarios } from "./parity";
import { requestScenarios } from "./requests";
import { situationScenarios } from "./situations";
import { rulesOf, unitTest, type Scenario } from "./scenario";

/** Every scenario that promtool evaluates. */
export const scenarios: readonly Scenario[] = [
  ...requestScenarios,
  ...driftScenarios,
  ...labelScenarios,
  ...anomalyScenarios,
  ...gateScenarios,
  ...matureLabelScenarios,
  ...selectiveLabelScenarios,
  ...slowVersionScenarios,
  ...blockScenarios,
  ...comparisonScenarios,
  ...experimentScenarios,
  ...labelBlockScenarios,
  ...parityScenarios,
  ...allRegionsScenarios,
  ...checkpointScenarios,
  ...erasureScenarios,
  ...resumerScenarios,
  ...autoscalingScenarios,
  ...situationScenarios,
];

/**
 * What promtool says is wrong with the rules in a scenario; empty when nothing is. JSON is YAML, so
 * nothing needs to be written as such.
 */
export async function failures(promtool: string, scenario: Scenario): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "causeway-promtool-"));
  try {
    await writeFile(join(folder, "rules.yaml"), JSON.stringify(rulesOf(scenario)));
    await writeFile(join(folder, "test.yaml"), JSON.stringify(unitTest(scenario, "rules.yaml")));
    const { code, stdout, stderr } = await run(
      promtool,
      ["test", "rules", join(folder, "test.yaml")],
      { timeoutMs: 300_000 },
    );
    return code === 0 ? "" : `${stdout}\n${stderr}`.trim();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What promtool's own check says of all groups of a contract. */
export async function lintProblems(
  promtool: string,
  contract: Scenario["contract"],
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "causeway-promtool-"));
  try {
    const file = join(folder, "rules.yaml");
    const all = [
      "requests",
      "objectives",
      "rates",
      "drift",
      "performance",
      "fairness",
      "value",
      "anomalies",
      "trial",
    ] as const;
    await writeFile(
      file,
      JSON.stringify(
        rulesOf({ title: "", groups: all, inputs: {}, ...(contract && { contract }) }),
      ),
    );
    const { code, stdout, stderr } = await run(
      promtool,
      ["check", "rules", "--lint=all", "--lint-fatal", file],
      { timeoutMs: 60_000 },
    );
    return code === 0 ? "" : `${stdout}\n${stderr}`.trim();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
