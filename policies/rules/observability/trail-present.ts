import { ofType } from "../../resources";
import { stackRule } from "../../rule";

export const rule = stackRule({
  name: "observability-trail-present",
  area: "observability",
  description: "A stack with clusters on AWS must have an audit trail.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Add an aws.cloudtrail.Trail; where the organization keeps one for all accounts, disable this rule and say so in the pack configuration.",
  url: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-create-and-update-a-trail.html",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 12" },
    { framework: "iso-42001", clause: "A.6.2.8" },
  ],
  check: (resources) =>
    ofType(resources, "aws:eks/cluster:Cluster").length === 0 ||
    ofType(resources, "aws:cloudtrail/trail:Trail").length > 0
      ? []
      : [{ message: "the stack must have a CloudTrail trail" }],
});
