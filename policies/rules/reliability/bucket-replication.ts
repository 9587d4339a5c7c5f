import { buckets, logTargets, ofBucket, ofType, at, list, text } from "../../resources";
import { stackRule, type ResourceView } from "../../rule";
import { subject } from "../../kubernetes";

const configType = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";

export const rule = stackRule({
  name: "reliability-bucket-replication",
  area: "reliability",
  description: "Buckets must be copied to another region, or be such a copy.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Create a BucketReplicationConfig with an enabled rule for the bucket; a stack of one region sets the parameter `required` to false.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  parameters: { required: true },
  check: (resources, { required }) => {
    if (!required) return [];
    // Logs of access are of use only beside what was accessed.
    const logs = logTargets(resources);
    const copies = new Set(
      ofType(resources, configType).flatMap((config) =>
        enabledRules(config).map((each) => text(each, "destination.bucket")),
      ),
    );
    return buckets(resources).flatMap((bucket) => {
      if (logs.has(bucket) || copies.has(`arn:aws:s3:::${text(bucket.props, "bucket") ?? ""}`))
        return [];
      const copied = ofBucket(resources, configType, bucket).some(
        (config) => enabledRules(config).length > 0,
      );
      return copied
        ? []
        : [
            {
              resource: bucket,
              message: `${subject(bucket)} must be the source or the destination of an enabled replication, got neither`,
            },
          ];
    });
  },
});

function enabledRules(config: ResourceView): unknown[] {
  return list(config.props, "rules").filter((each) => at(each, "status") === "Enabled");
}
