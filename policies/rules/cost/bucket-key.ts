import { at, list } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "cost-bucket-key",
  area: "cost",
  description: "A bucket under KMS must use a bucket key, which saves nearly all calls to KMS.",
  severity: "low",
  enforcement: "mandatory",
  remediation: "Set bucketKeyEnabled to true.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html",
  frameworks: [{ framework: "ml-lens", clause: "MLCOST-27" }],
  types: ["aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"],
  check: (config) =>
    list(config.props, "rules")
      // Dual-layer encryption has no bucket key.
      .filter(
        (rule) =>
          at(rule, "applyServerSideEncryptionByDefault.sseAlgorithm") === "aws:kms" &&
          at(rule, "bucketKeyEnabled") !== true,
      )
      .map(
        (rule) =>
          `${subject(config)} must set bucketKeyEnabled to true, got ${shown(at(rule, "bucketKeyEnabled"))}`,
      ),
});
