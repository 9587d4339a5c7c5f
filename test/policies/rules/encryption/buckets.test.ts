import { rule as kms } from "../../../../policies/rules/encryption/bucket-kms";
import { rule as replicated } from "../../../../policies/rules/encryption/bucket-replication";
import { rule as tls } from "../../../../policies/rules/encryption/bucket-tls";
import { judge } from "../../../../policies/judge";
import { rules } from "../../../../policies/rules";
import { document } from "../../../support/baselines/aws";
import {
  bucketPolicy,
  bucketStack,
  denyPlaintext,
  replication,
} from "../../../support/baselines/buckets";
import { changed, without } from "../../../support/baselines/resource";
import { ruleSuite, set, unset } from "../../../support/rule-suite";

const algorithm = "rules.0.applyServerSideEncryptionByDefault.sseAlgorithm";

ruleSuite(kms, {
  good: bucketStack,
  deviations: {
    "a bucket without an encryption configuration": (good) => ({
      deviant: without(good, "data-encryption"),
      message: /^Bucket "data" must encrypt with sseAlgorithm aws:kms, got nothing$/,
    }),
    "a data bucket with S3's own key": (good) => ({
      deviant: changed(good, "data-encryption", (props) => set(props, algorithm, "AES256")),
      message: /got "AES256"$/,
    }),
    "a data bucket with AWS's key": (good) => ({
      deviant: changed(good, "data-encryption", (props) =>
        unset(props, "rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId"),
      ),
      message: /must encrypt with a customer-managed key in kmsMasterKeyId/,
    }),
    "a log bucket without an encryption configuration": (good) => ({
      deviant: without(good, "logs-encryption"),
      message: /^Bucket "logs" must encrypt with sseAlgorithm AES256/,
    }),
  },
});

ruleSuite(tls, {
  good: bucketStack,
  deviations: {
    "a bucket without a policy": (good) => ({
      deviant: without(good, "data-policy"),
      message:
        /^Bucket "data" must have a policy that denies s3:\* where aws:SecureTransport is false$/,
    }),
    "a policy that denies plaintext for reads alone": (good) =>
      changed(good, "data-policy", () => ({
        ...bucketPolicy,
        policy: document({ ...denyPlaintext, Action: ["s3:GetObject"] }),
      })),
    "a policy that denies plaintext to one principal": (good) =>
      changed(good, "data-policy", () => ({
        ...bucketPolicy,
        policy: document({
          ...denyPlaintext,
          Principal: { AWS: "arn:aws:iam::111122223333:root" },
        }),
      })),
    "a policy that denies plaintext under one more condition": (good) =>
      changed(good, "data-policy", () => ({
        ...bucketPolicy,
        policy: document({
          ...denyPlaintext,
          Condition: {
            ...denyPlaintext.Condition,
            StringEquals: { "aws:PrincipalAccount": "111122223333" },
          },
        }),
      })),
  },
});

it("takes a policy that is no JSON for one that refuses nothing and lets everybody in", () => {
  const unread = changed(bucketStack, "data-policy", () => ({ ...bucketPolicy, policy: "{" }));
  expect(tls.check(unread, {}).map(({ resource }) => resource?.name)).toEqual(["data"]);
  expect(judge(rules, unread).map(({ rule }) => rule.name)).toEqual([
    "encryption-bucket-tls",
    "access-resource-public",
  ]);
});

ruleSuite(replicated, {
  type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
  good: replication,
  deviations: {
    "a destination without a key": (good) =>
      unset(good, "rules.0.destination.encryptionConfiguration"),
    "a rule that leaves encrypted objects out": (good) => ({
      deviant: set(
        good,
        "rules.0.sourceSelectionCriteria.sseKmsEncryptedObjects.status",
        "Disabled",
      ),
      message: /^rule 1 of BucketReplicationConfig "subject" must replicate KMS-encrypted objects/,
    }),
  },
});
