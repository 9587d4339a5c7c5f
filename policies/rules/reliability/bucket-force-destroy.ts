import { at, text } from "../../resources";
import { resourceRule } from "../../rule";

export const rule = resourceRule({
  name: "reliability-bucket-force-destroy",
  area: "reliability",
  description: "Buckets must not be deleted together with what is in them.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Remove forceDestroy; a stack that is torn down on purpose sets the parameter `allowed` to true.",
  url: "https://www.pulumi.com/registry/packages/aws/api-docs/s3/bucket/",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: ["aws:s3/bucket:Bucket"],
  parameters: { allowed: false },
  check: (resource, { allowed }) =>
    !allowed && at(resource.props, "forceDestroy") === true
      ? [
          `Bucket "${text(resource.props, "bucket") ?? resource.name}" must not set forceDestroy, got true`,
        ]
      : [],
});
