import { buckets, ofBucket, at } from "../../resources";
import { statements, type PolicyStatement } from "../../iam";
import { stackRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = stackRule({
  name: "encryption-bucket-tls",
  area: "encryption",
  description: "Buckets must refuse requests without TLS.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Add a BucketPolicy that denies s3:* to everyone where aws:SecureTransport is false.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-04" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  check: (resources) =>
    buckets(resources).flatMap((bucket) => {
      const policies = ofBucket(resources, "aws:s3/bucketPolicy:BucketPolicy", bucket).flatMap(
        (policy) => statements(at(policy.props, "policy")),
      );
      return policies.some(deniesPlaintext)
        ? []
        : [
            {
              resource: bucket,
              message: `${subject(bucket)} must have a policy that denies s3:* where aws:SecureTransport is false`,
            },
          ];
    }),
});

function deniesPlaintext(statement: PolicyStatement): boolean {
  const plaintext =
    statement.conditions.length === 1 &&
    statement.conditions.some(
      ({ operator, key, values }) =>
        operator === "Bool" &&
        key.toLowerCase() === "aws:securetransport" &&
        values.includes("false"),
    );
  return (
    !statement.allows &&
    statement.principals.includes("*") &&
    statement.actions.some((action) => action === "s3:*" || action === "*") &&
    plaintext
  );
}
