import { istio, subject } from "../../kubernetes";
import { at, list, record } from "../../resources";
import { resourceRule } from "../../rule";

export const rule = resourceRule({
  name: "access-mesh-allow-all",
  area: "access",
  description: "An authorization policy must say whose requests it allows.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Give each rule a from with principals, requestPrincipals or namespaces.",
  url: "https://istio.io/latest/docs/reference/config/security/authorization-policy/",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-12" }],
  types: [istio("security", "AuthorizationPolicy")],
  check: (policy) => {
    if ((at(policy.props, "spec.action") ?? "ALLOW") !== "ALLOW") return [];
    return list(policy.props, "spec.rules").flatMap((rule, index) =>
      Object.keys(record({ rule }, "rule")).length > 0
        ? []
        : [
            `rule ${index + 1} of ${subject(policy)} must say what it allows, got an empty rule, which allows everything`,
          ],
    );
  },
});
