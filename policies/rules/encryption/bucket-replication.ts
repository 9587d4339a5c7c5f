import { at, list, present } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "encryption-bucket-replication",
  area: "encryption",
  description: "Replicated objects must be encrypted with a KMS key of their own region.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Set destination.encryptionConfiguration.replicaKmsKeyId and sourceSelectionCriteria.sseKmsEncryptedObjects.status Enabled; without the second S3 leaves KMS-encrypted objects out.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-02" }],
  types: ["aws:s3/bucketReplicationConfig:BucketReplicationConfig"],
  check: (config) =>
    list(config.props, "rules").flatMap((each, index) => {
      const label = `rule ${index + 1} of ${subject(config)}`;
      const keyed = present(each, "destination.encryptionConfiguration.replicaKmsKeyId");
      const selected =
        at(each, "sourceSelectionCriteria.sseKmsEncryptedObjects.status") === "Enabled";
      return [
        ...(keyed ? [] : [`${label} must name a replicaKmsKeyId`]),
        ...(selected
          ? []
          : [
              `${label} must replicate KMS-encrypted objects: sseKmsEncryptedObjects.status Enabled`,
            ]),
      ];
    }),
});
