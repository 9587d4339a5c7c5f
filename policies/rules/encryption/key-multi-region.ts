import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "encryption-key-multi-region",
  area: "encryption",
  description:
    "KMS keys must be multi-Region, so that a region can read after a failover what another encrypted.",
  severity: "medium",
  enforcement: "mandatory",
  remediation:
    "Set multiRegion to true and add a ReplicaKey in each other region; a key cannot be changed later.",
  url: "https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-02" }],
  types: ["aws:kms/key:Key"],
  check: (key) => {
    const multiRegion = at(key.props, "multiRegion");
    return multiRegion === true
      ? []
      : [`${subject(key)} must set multiRegion to true, got ${shown(multiRegion)}`];
  },
});
