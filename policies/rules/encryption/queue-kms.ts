import { present } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "encryption-queue-kms",
  area: "encryption",
  description: "SQS queues must be encrypted with a KMS key.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Set kmsMasterKeyId to a key of your own.",
  url: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-02" }],
  types: ["aws:sqs/queue:Queue"],
  check: (queue) =>
    present(queue.props, "kmsMasterKeyId")
      ? []
      : [`${subject(queue)} must name a key in kmsMasterKeyId, got nothing`],
});
