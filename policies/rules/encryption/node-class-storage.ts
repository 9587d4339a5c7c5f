import { present } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "encryption-node-class-storage",
  area: "encryption",
  description: "Nodes must encrypt their own storage with a customer-managed KMS key.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Set spec.ephemeralStorage.kmsKeyID to the volumes key.",
  url: "https://docs.aws.amazon.com/eks/latest/userguide/create-node-class.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-02" }],
  types: ["kubernetes:eks.amazonaws.com/v1:NodeClass"],
  check: (nodeClass) =>
    present(nodeClass.props, "spec.ephemeralStorage.kmsKeyID")
      ? []
      : [
          `${subject(nodeClass)} must name a customer-managed key in spec.ephemeralStorage.kmsKeyID, got nothing`,
        ],
});
