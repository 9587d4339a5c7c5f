import { buckets, ofBucket, at, list } from "../../resources";
import { stackRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = stackRule({
  name: "cost-bucket-lifecycle",
  area: "cost",
  description: "A bucket must move or expire what is old, and drop uploads that never finished.",
  severity: "low",
  enforcement: "mandatory",
  remediation:
    "Add a BucketLifecycleConfiguration with an enabled rule, one of them with abortIncompleteMultipartUpload.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSUS-05" },
    { framework: "ml-lens", clause: "MLSEC-07" },
  ],
  types: ["aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"],
  check: (resources) =>
    buckets(resources).flatMap((bucket) => {
      const rules = ofBucket(
        resources,
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        bucket,
      )
        .flatMap(({ props }) => list(props, "rules"))
        .filter((rule) => at(rule, "status") === "Enabled");
      if (rules.length === 0)
        return [
          {
            resource: bucket,
            message: `${subject(bucket)} must have a lifecycle rule that is enabled`,
          },
        ];
      const aborts = rules.some(
        (rule) => at(rule, "abortIncompleteMultipartUpload.daysAfterInitiation") !== undefined,
      );
      return aborts
        ? []
        : [
            {
              resource: bucket,
              message: `${subject(bucket)} must drop uploads that never finished with abortIncompleteMultipartUpload`,
            },
          ];
    }),
});
