import { present } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "encryption-topic-kms",
  area: "encryption",
  description: "SNS topics must be encrypted with a KMS key.",
  severity: "medium",
  enforcement: "mandatory",
  remediation:
    "Set kmsMasterKeyId; the AWS managed key does not let other AWS services publish, so name a key of your own.",
  url: "https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-02" }],
  types: ["aws:sns/topic:Topic"],
  check: (topic) =>
    present(topic.props, "kmsMasterKeyId")
      ? []
      : [`${subject(topic)} must name a key in kmsMasterKeyId, got nothing`],
});
