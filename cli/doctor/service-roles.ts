import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { at, listAt, textAt } from "../../infra/cost/prices";
import type { RecordedResource } from "../plan/resource";
import { clientSettings, find } from "./ask";
import { homeOf, type AwsStack } from "./aws-stack";
import { findingsOf, type Finding } from "./finding";

const { ok, problem, unknown } = findingsOf("service-linked roles");

/** A role that AWS itself has in an account, for one of its services. */
export interface ServiceRole {
  readonly name: string;
  /** Name of the service for `aws iam create-service-linked-role`. */
  readonly service: string;
  /** Who creates it: the service, for whoever creates the first resource, or a person before. */
  readonly made: "by AWS" | "before";
  /** Page of AWS that says so. */
  readonly source: string;
  /** Whether a planned resource needs it. */
  readonly needs: (resource: RecordedResource) => boolean;
}

const ofTypes =
  (...types: readonly string[]) =>
  ({ type }: RecordedResource) =>
    types.includes(type);

const allowsSpot = ({ type, inputs }: RecordedResource): boolean =>
  type === "kubernetes:karpenter.sh/v1:NodePool" &&
  listAt(inputs, "spec", "template", "spec", "requirements").some(
    (one) =>
      textAt(one, "key") === "karpenter.sh/capacity-type" && listAt(one, "values").includes("spot"),
  );

/** Service-linked roles of the types that a stack may plan. */
export const serviceRoles: readonly ServiceRole[] = [
  {
    name: "AWSServiceRoleForAmazonEKS",
    service: "eks.amazonaws.com",
    made: "by AWS",
    source: "https://docs.aws.amazon.com/eks/latest/userguide/using-service-linked-roles-eks.html",
    needs: ofTypes("aws:eks/cluster:Cluster"),
  },
  {
    name: "AWSServiceRoleForElasticLoadBalancing",
    service: "elasticloadbalancing.amazonaws.com",
    made: "by AWS",
    source:
      "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-service-linked-roles.html",
    needs: ofTypes("aws:lb/loadBalancer:LoadBalancer"),
  },
  {
    // Nodes are started by the cluster's role, which may not create it.
    name: "AWSServiceRoleForEC2Spot",
    service: "spot.amazonaws.com",
    made: "before",
    source:
      "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/service-linked-roles-spot-instance-requests.html",
    needs: allowsSpot,
  },
  {
    name: "AWSServiceRoleForAutoScaling",
    service: "autoscaling.amazonaws.com",
    made: "by AWS",
    source:
      "https://docs.aws.amazon.com/autoscaling/ec2/userguide/autoscaling-service-linked-role.html",
    needs: ofTypes("aws:autoscaling/group:Group"),
  },
  {
    name: "AWSServiceRoleForAmazonGuardDuty",
    service: "guardduty.amazonaws.com",
    made: "by AWS",
    source: "https://docs.aws.amazon.com/guardduty/latest/ug/slr-permissions.html",
    needs: ofTypes("aws:guardduty/detector:Detector"),
  },
  {
    name: "AWSServiceRoleForAmazonGuardDutyMalwareProtection",
    service: "malware-protection.guardduty.amazonaws.com",
    made: "by AWS",
    source:
      "https://docs.aws.amazon.com/guardduty/latest/ug/slr-permissions-malware-protection.html",
    needs: (resource) =>
      ofTypes("aws:guardduty/detectorFeature:DetectorFeature")(resource) &&
      at(resource.inputs, "name") === "EBS_MALWARE_PROTECTION",
  },
  {
    name: "AWSServiceRoleForAccessAnalyzer",
    service: "access-analyzer.amazonaws.com",
    made: "by AWS",
    source:
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-using-service-linked-roles.html",
    needs: ofTypes("aws:accessanalyzer/analyzer:Analyzer"),
  },
  {
    name: "AWSServiceRoleForECRReplication",
    service: "replication.ecr.amazonaws.com",
    made: "by AWS",
    source: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/slr-rep.html",
    needs: ofTypes("aws:ecr/replicationConfiguration:ReplicationConfiguration"),
  },
  {
    name: "AWSServiceRoleForKeyManagementServiceMultiRegionKeys",
    service: "mrk.kms.amazonaws.com",
    made: "by AWS",
    source: "https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-auth-slr.html",
    needs: (resource) =>
      ofTypes("aws:kms/key:Key")(resource) && at(resource.inputs, "multiRegion") === true,
  },
  {
    name: "AWSServiceRoleForWAFV2Logging",
    service: "wafv2.amazonaws.com",
    made: "by AWS",
    source: "https://docs.aws.amazon.com/waf/latest/developerguide/using-service-linked-roles.html",
    needs: ofTypes("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"),
  },
];

/** The service-linked roles that planned resources need. */
export function neededServiceRoles(resources: readonly RecordedResource[]): ServiceRole[] {
  return serviceRoles.filter(({ needs }) => resources.some(needs));
}

/** Service-linked roles that stacks need, as a table of docs/first-run.md. */
export function serviceRoleTable(
  stacks: readonly { readonly name: string; readonly resources: readonly RecordedResource[] }[],
): string {
  const rows = serviceRoles.flatMap((role) => {
    const needing = stacks.filter(({ resources }) => resources.some(role.needs));
    if (needing.length === 0) return [];
    const who = role.made === "by AWS" ? "AWS, on first use" : `you: \`${creation(role)}\``;
    const names = needing.map(({ name }) => name).join(", ");
    return [`| [\`${role.name}\`](${role.source}) | ${names} | ${who} |`];
  });
  return ["| role | stacks | created by |", "| --- | --- | --- |", ...rows].join("\n");
}

function creation({ service }: ServiceRole): string {
  return `aws iam create-service-linked-role --aws-service-name ${service}`;
}

/** A role that AWS makes on first use is no obstacle; who may not create it still is stopped. */
export function serviceRoleFindings(stack: AwsStack): Promise<Finding[]> {
  const iam = new IAMClient({ region: homeOf(stack), ...clientSettings });
  return Promise.all(
    neededServiceRoles(stack.resources).map(async (role) => {
      const { name, made } = role;
      const asked = await find(() => iam.send(new GetRoleCommand({ RoleName: name })));
      if ("refused" in asked) return unknown(name, asked.refused);
      if (asked.answer !== undefined) return ok(name, "exists");
      return made === "by AWS"
        ? ok(
            name,
            "does not exist yet; AWS creates it on first use, if the caller may iam:CreateServiceLinkedRole",
          )
        : problem(
            name,
            "does not exist, and AWS does not create it for the cluster",
            creation(role),
          );
    }),
  );
}
