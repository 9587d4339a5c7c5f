import {
  IAMClient,
  paginateSimulatePrincipalPolicy,
  type EvaluationResult,
} from "@aws-sdk/client-iam";
import { textAt } from "../../infra/cost/prices";
import { ask, clientSettings } from "./ask";
import { homeOf, ofType, type AwsStack } from "./aws-stack";
import { findingsOf, type Finding } from "./finding";

const { ok, problem, unknown } = findingsOf("roles");

/** Without it an update ends at the first role: each has a permissions boundary. */
const action = "iam:PutRolePermissionsBoundary";
/** Stands for what the engine adds to a name. */
const suffix = "-0000000";

/**
 * Whether the pipelines may give the stack's roles their permissions boundaries. IAM evaluates the
 * policies of the pipeline's role; a policy of the organization may still deny.
 */
export function boundaryFindings(stack: AwsStack): Promise<Finding[]> {
  const iam = new IAMClient({ region: homeOf(stack), ...clientSettings });
  const { account, access } = stack.config;
  const own = access.pipelines.filter((arn) => arn.includes(`::${account}:role/`));
  return Promise.all(own.map((arn) => boundaryFinding(iam, stack, arn)));
}

async function boundaryFinding(
  iam: IAMClient,
  stack: AwsStack,
  pipeline: string,
): Promise<Finding> {
  const [prefix = ""] = pipeline.split(":role/");
  const roles = ofType(stack, "aws:iam/role:Role").flatMap(({ name, inputs }) => {
    const boundary = textAt(inputs, "permissionsBoundary");
    const resource = `${prefix}:role/${textAt(inputs, "name") ?? `${name}${suffix}`}`;
    return boundary === undefined ? [] : [{ boundary, resource }];
  });
  const asked = await ask(async () => {
    const denied: string[] = [];
    for (const boundary of new Set(roles.map((role) => role.boundary))) {
      const pages = paginateSimulatePrincipalPolicy(
        { client: iam },
        {
          PolicySourceArn: pipeline,
          ActionNames: [action],
          ResourceArns: roles
            .filter((role) => role.boundary === boundary)
            .map((role) => role.resource),
          ContextEntries: [
            {
              ContextKeyName: "iam:PermissionsBoundary",
              ContextKeyValues: [boundary],
              ContextKeyType: "string",
            },
          ],
        },
      );
      for await (const { EvaluationResults = [] } of pages)
        denied.push(...EvaluationResults.flatMap(deniedIn));
    }
    return denied.map((arn) => arn.split(":role/").pop() ?? arn);
  });
  if ("refused" in asked) return unknown(action, `${pipeline}: ${asked.refused}`);
  const [first, ...rest] = asked.answer;
  if (first === undefined) return ok(action, `${pipeline} may set it on the stack's roles`);
  const more = rest.length > 0 ? ` and ${rest.length} more` : "";
  return problem(
    action,
    `${pipeline} may not set it on ${first}${more}: pulumi up cannot give a role its boundary`,
    `allow ${action} on the stack's roles to ${pipeline}`,
  );
}

/** Resources that an evaluation does not allow the action on. */
function deniedIn({
  EvalDecision,
  EvalResourceName,
  ResourceSpecificResults,
}: EvaluationResult): string[] {
  const each = ResourceSpecificResults?.map((one) => [
    one.EvalResourceDecision,
    one.EvalResourceName,
  ]) ?? [[EvalDecision, EvalResourceName]];
  return each.flatMap(([decision, name]) => (decision === "allowed" ? [] : [name ?? "a role"]));
}
