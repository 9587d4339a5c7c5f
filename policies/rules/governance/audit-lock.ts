import { buckets, ofBucket, text } from "../../resources";
import { stackRule } from "../../rule";
import { matchesOne, subject } from "../../kubernetes";

export const rule = stackRule({
  name: "governance-audit-lock",
  area: "governance",
  description: "The audit log must be locked against change.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Create the bucket with objectLockEnabled, and a BucketObjectLockConfiguration for it.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 12" },
    { framework: "eu-ai-act", clause: "Art. 19" },
    { framework: "iso-42001", clause: "A.6.2.8" },
  ],
  parameters: { buckets: ["*-audit-*"] },
  check: (resources, { buckets: patterns }) =>
    buckets(resources).flatMap((bucket) => {
      if (!matchesOne(text(bucket.props, "bucket") ?? bucket.name, patterns)) return [];
      const locks = ofBucket(
        resources,
        "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        bucket,
      );
      return locks.length > 0
        ? []
        : [
            {
              resource: bucket,
              message: `${subject(bucket)} must have a BucketObjectLockConfiguration, got none`,
            },
          ];
    }),
});
