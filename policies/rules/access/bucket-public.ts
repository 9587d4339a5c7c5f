import { buckets, ofBucket, at } from "../../resources";
import { stackRule } from "../../rule";
import { subject } from "../../kubernetes";

const blocks = [
  "blockPublicAcls",
  "blockPublicPolicy",
  "ignorePublicAcls",
  "restrictPublicBuckets",
] as const;

export const rule = stackRule({
  name: "access-bucket-public",
  area: "access",
  description: "Buckets must block all public access.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Add a BucketPublicAccessBlock with all four settings true.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-04" },
    { framework: "ml-lens", clause: "MLSEC-05" },
    { framework: "eu-ai-act", clause: "Art. 10(5)" },
  ],
  types: ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"],
  check: (resources) =>
    buckets(resources).flatMap((bucket) => {
      const found = ofBucket(
        resources,
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        bucket,
      );
      const missing = blocks.filter(
        (block) => !found.some(({ props }) => at(props, block) === true),
      );
      return missing.length === 0
        ? []
        : [
            {
              resource: bucket,
              message: `${subject(bucket)} must block public access with ${missing.join(", ")}`,
            },
          ];
    }),
});
