import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "encryption-key-rotation",
  area: "encryption",
  description: "Symmetric KMS keys must rotate by themselves.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Set enableKeyRotation to true; KMS keeps old key material, so nothing has to be encrypted again.",
  url: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-02" }],
  types: ["aws:kms/key:Key"],
  check: (key) => {
    // KMS rotates no asymmetric and no HMAC key.
    const spec = at(key.props, "customerMasterKeySpec") ?? "SYMMETRIC_DEFAULT";
    const rotates = at(key.props, "enableKeyRotation");
    return spec !== "SYMMETRIC_DEFAULT" || rotates === true
      ? []
      : [`${subject(key)} must set enableKeyRotation to true, got ${shown(rotates)}`];
  },
});
