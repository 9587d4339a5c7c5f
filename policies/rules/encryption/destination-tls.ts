import { istio, shown, subject } from "../../kubernetes";
import { at, list } from "../../resources";
import { resourceRule } from "../../rule";

export const rule = resourceRule({
  name: "encryption-destination-tls",
  area: "encryption",
  description: "A destination rule must not turn TLS off.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Drop trafficPolicy.tls, so that the mesh uses mutual TLS by itself, or set its mode to ISTIO_MUTUAL.",
  url: "https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-09" }],
  types: [istio("networking", "DestinationRule")],
  check: (destination) => {
    const policies = [
      { where: "spec.trafficPolicy", policy: at(destination.props, "spec.trafficPolicy") },
      ...list(destination.props, "spec.subsets").map((subset) => ({
        where: `subset ${shown(at(subset, "name"))}`,
        policy: at(subset, "trafficPolicy"),
      })),
    ];
    const settings = policies.flatMap(({ where, policy }) =>
      [policy, ...list(policy, "portLevelSettings")].map((each) => ({
        where,
        mode: at(each, "tls.mode"),
        unchecked: at(each, "tls.insecureSkipVerify") === true,
      })),
    );
    const unchecked = settings
      .filter((each) => each.unchecked)
      .map(({ where }) => `${subject(destination)} must check certificates in ${where}`);
    const off = settings
      .filter(({ mode }) => mode === "DISABLE")
      .map(
        ({ where }) =>
          `${subject(destination)} must not turn TLS off, got mode DISABLE in ${where}`,
      );
    return [...off, ...unchecked];
  },
});
