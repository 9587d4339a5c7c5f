import { istio, shown, subject } from "../../kubernetes";
import { list, present, text } from "../../resources";
import { resourceRule } from "../../rule";

export const rule = resourceRule({
  name: "access-jwt-issuer",
  area: "access",
  description:
    "A request authentication must name the issuer and its keys over https, and the audiences of a token.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Set issuer, jwksUri (https) and audiences of each JWT rule; without audiences a token for another service is good here.",
  url: "https://istio.io/latest/docs/reference/config/security/request_authentication/",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-12" }],
  types: [istio("security", "RequestAuthentication")],
  check: (authentication) => {
    const rules = list(authentication.props, "spec.jwtRules");
    if (rules.length === 0) return [`${subject(authentication)} must have a JWT rule`];
    return rules.flatMap((rule, index) => {
      const keys = text(rule, "jwksUri");
      const issuer = text(rule, "issuer");
      const hasKeys = keys?.startsWith("https://") || (keys === undefined && present(rule, "jwks"));
      const problems = [
        ...(issuer?.startsWith("https://")
          ? []
          : [`name an issuer by its https URL, got ${shown(issuer)}`]),
        ...(hasKeys ? [] : [`name the issuer's keys in an https jwksUri, got ${shown(keys)}`]),
        ...(list(rule, "audiences").length > 0 ? [] : ["list audiences"]),
      ];
      return problems.map(
        (problem) => `JWT rule ${index + 1} of ${subject(authentication)} must ${problem}`,
      );
    });
  },
});
