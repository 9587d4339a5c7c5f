import { buckets, logTargets, ofBucket, list, present, text } from "../../resources";
import { stackRule, type ResourceView } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = stackRule({
  name: "encryption-bucket-kms",
  area: "encryption",
  description: "Buckets must encrypt with a customer-managed KMS key by default.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Add a BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms and kmsMasterKeyId. A bucket that receives access logs takes AES256, since S3 and load balancers deliver to no other.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-02" },
    { framework: "ml-lens", clause: "MLSEC-04" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  check: (resources) => {
    const targets = logTargets(resources);
    return buckets(resources).flatMap((bucket) => {
      const rules = ofBucket(
        resources,
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        bucket,
      ).flatMap((config) => list(config.props, "rules"));
      const problem = targets.has(bucket) ? logBucketProblem(rules) : problemOf(rules);
      return problem === undefined ? [] : [{ resource: bucket, message: message(bucket, problem) }];
    });
  },
});

function message(bucket: ResourceView, problem: string): string {
  return `${subject(bucket)} must encrypt with ${problem}`;
}

function problemOf(rules: readonly unknown[]): string | undefined {
  const [algorithm] = algorithms(rules);
  if (algorithm !== "aws:kms" && algorithm !== "aws:kms:dsse")
    return `sseAlgorithm aws:kms, got ${shown(algorithm)}`;
  return rules.every((each) => present(each, "applyServerSideEncryptionByDefault.kmsMasterKeyId"))
    ? undefined
    : "a customer-managed key in kmsMasterKeyId, got nothing";
}

function logBucketProblem(rules: readonly unknown[]): string | undefined {
  const [algorithm] = algorithms(rules);
  return algorithm === undefined
    ? "sseAlgorithm AES256, as a bucket for access logs, got nothing"
    : undefined;
}

function algorithms(rules: readonly unknown[]): (string | undefined)[] {
  return rules.map((each) => text(each, "applyServerSideEncryptionByDefault.sseAlgorithm"));
}
