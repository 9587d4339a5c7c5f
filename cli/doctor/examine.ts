import type { ClusterConfig } from "../../infra/stack/schema";
import type { AwsStack } from "./aws-stack";
import { boundaryFindings } from "./boundaries";
import { clusterFindings } from "./cluster";
import { credentialsOf } from "./credentials";
import { domainFindings } from "./domain";
import { deliveryImageFindings } from "./delivery-image";
import { areas, findingsOf, type Area, type Finding } from "./finding";
import { nameFindings } from "./names";
import { singleFindings } from "./one-per-account";
import { plannedStack, type PlannedStack } from "./planned";
import { quotaFindings } from "./quotas";
import { regionFindings } from "./regions";
import { imageRegistryFindings, registryFindings } from "./registry";
import { roleFindings } from "./roles";
import { serviceRoleFindings } from "./service-roles";
import { stateOf, type StackState } from "./state";
import { toolFindings } from "./tools";

/**
 * Looks at everything at once: a person mends all of it in one go. The findings are in the order of
 * the areas.
 */
export async function examine(project: string, stack: string): Promise<Finding[]> {
  const [planned, state] = await Promise.all([
    plannedStack(project, stack),
    stateOf(project, stack),
  ]);
  const [tools, ...rest] = await Promise.all([
    toolFindings(stack, planned.config, state),
    restFindings(stack, planned, state),
    deliveryImageFindings(project, stack, planned),
  ]);
  const findings = [...tools, ...planned.findings, ...rest.flat()];
  const order = (finding: Finding) => areas.indexOf(finding.area);
  return findings.sort((a, b) => order(a) - order(b));
}

/** Areas that the resources of the plan decide. */
const byPlan = ["service-linked roles", "one per account", "names", "quotas"] as const;
const onAws = ["regions", "roles", ...byPlan, "registry", "domain"] as const;

function restFindings(
  stack: string,
  { config, resources }: PlannedStack,
  state: StackState,
): Promise<readonly Finding[]> {
  if (config === undefined)
    return Promise.resolve(notAsked(["credentials", ...onAws], "the stack file is not valid"));
  return config.target === "aws"
    ? awsFindings({ name: stack, config, resources, owns: state.owns })
    : clusterTargetFindings(config);
}

async function clusterTargetFindings(config: ClusterConfig): Promise<readonly Finding[]> {
  const found = await Promise.all([imageRegistryFindings(config), clusterFindings()]);
  return found.flat();
}

async function awsFindings(stack: AwsStack): Promise<readonly Finding[]> {
  const { findings, unusable } = await credentialsOf(stack);
  if (unusable !== undefined) return [...findings, ...notAsked(onAws, unusable)];
  const asked = [
    regionFindings(stack),
    roleFindings(stack),
    registryFindings(stack),
    domainFindings(stack),
    ...(stack.resources.length > 0
      ? [
          boundaryFindings(stack),
          serviceRoleFindings(stack),
          singleFindings(stack),
          nameFindings(stack),
          quotaFindings(stack),
        ]
      : [Promise.resolve(notAsked(byPlan, "the stack cannot be planned"))]),
  ];
  return [...findings, ...(await Promise.all(asked)).flat()];
}

/** One line for each area that nobody could be asked about. */
function notAsked(asked: readonly Area[], why: string): Finding[] {
  return asked.map((area) => findingsOf(area).unknown(area, why));
}
