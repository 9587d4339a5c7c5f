import type { Mutation } from "../../harness/project";

/** Changes of one field each in every resource of a type, and what must become of these. */
export const UPDATES: readonly (Mutation & { readonly operation: "update" | "replace" })[] = [
  { type: "aws:ec2/vpc:Vpc", path: "tags.team", value: "risk", operation: "update" },
  { type: "aws:sns/topic:Topic", path: "tags.team", value: "risk", operation: "update" },
  {
    type: "aws:cloudwatch/logGroup:LogGroup",
    path: "retentionInDays",
    value: 731,
    operation: "update",
  },
  {
    type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    path: "description",
    value: "another",
    operation: "update",
  },
  {
    type: "aws:iam/role:Role",
    path: "maxSessionDuration",
    value: 7200,
    operation: "update",
  },
  { type: "aws:lb/loadBalancer:LoadBalancer", path: "idleTimeout", value: 90, operation: "update" },
  {
    type: "aws:lb/targetGroup:TargetGroup",
    path: "healthCheck.interval",
    value: 15,
    operation: "update",
  },
  {
    type: "aws:guardduty/detector:Detector",
    path: "findingPublishingFrequency",
    value: "ONE_HOUR",
    operation: "update",
  },
  {
    type: "aws:eks/podIdentityAssociation:PodIdentityAssociation",
    path: "namespace",
    value: "default",
    operation: "replace",
  },
  {
    type: "kubernetes:karpenter.sh/v1:NodePool",
    path: "spec.weight",
    value: 20,
    operation: "update",
  },
];
