import { buckets, ofBucket, text } from "../../resources";
import { stackRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = stackRule({
  name: "reliability-bucket-versioning",
  area: "reliability",
  description:
    "Buckets must keep earlier versions, so that nothing is lost by overwriting or deleting.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Create a BucketVersioning with status Enabled for the bucket.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: ["aws:s3/bucketVersioning:BucketVersioning"],
  check: (resources) =>
    buckets(resources).flatMap((bucket) => {
      const states = ofBucket(resources, "aws:s3/bucketVersioning:BucketVersioning", bucket).map(
        ({ props }) => text(props, "versioningConfiguration.status") ?? "no status",
      );
      return states.includes("Enabled")
        ? []
        : [
            {
              resource: bucket,
              message: `${subject(bucket)} must have a BucketVersioning with status Enabled, got ${states.join(", ") || "none"}`,
            },
          ];
    }),
});
