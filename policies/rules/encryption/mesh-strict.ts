import { istio, shown, subject } from "../../kubernetes";
import { at, record } from "../../resources";
import { resourceRule } from "../../rule";

export const rule = resourceRule({
  name: "encryption-mesh-strict",
  area: "encryption",
  description: "Mutual TLS between workloads must be strict, with no port left out.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Set spec.mtls.mode to STRICT and drop the weaker modes from portLevelMtls.",
  url: "https://istio.io/latest/docs/reference/config/security/peer_authentication/",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-09" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  types: [istio("security", "PeerAuthentication")],
  check: (authentication) => {
    const mode = at(authentication.props, "spec.mtls.mode");
    const modes = [
      { where: "spec.mtls", mode },
      ...Object.entries(record(authentication.props, "spec.portLevelMtls")).map(
        ([port, setting]) => ({ where: `port ${port}`, mode: at(setting, "mode") }),
      ),
    ];
    return modes
      .filter((each) => each.mode !== "STRICT")
      .map(
        (each) =>
          `${subject(authentication)} must have mode STRICT in ${each.where}, got ${shown(each.mode)}`,
      );
  },
});
