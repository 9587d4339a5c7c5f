import { buckets, logTargets, ofBucket } from "../../resources";
import { stackRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = stackRule({
  name: "observability-bucket-logs",
  area: "observability",
  description: "A bucket must log who reads and writes it.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Add a BucketLogging with a targetBucket for logs.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-13" },
    { framework: "iso-42001", clause: "A.6.2.8" },
  ],
  types: ["aws:s3/bucketLogging:BucketLogging"],
  check: (resources) => {
    // A bucket for logs that logged itself would never stop.
    const targets = logTargets(resources);
    return buckets(resources)
      .filter(
        (bucket) =>
          !targets.has(bucket) &&
          ofBucket(resources, "aws:s3/bucketLogging:BucketLogging", bucket).length === 0,
      )
      .map((bucket) => ({
        resource: bucket,
        message: `${subject(bucket)} must have a BucketLogging`,
      }));
  },
});
