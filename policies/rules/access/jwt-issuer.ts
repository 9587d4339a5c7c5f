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
      // Keys that are written here are the keys of whoever writes here.
      const inline = present(rule, "jwks") ? "jwks" : shown(keys);
      const problems = [
        ...(issuer?.startsWith("https://")
          ? []
          : [`name an issuer by its https URL, got ${shown(issuer)}`]),
        ...(keys?.startsWith("https://") && inline !== "jwks"
          ? []
          : [`name the issuer's keys in an https jwksUri, got ${inline}`]),
        ...(list(rule, "audiences").length > 0 ? [] : ["list audiences"]),
      ];
      return problems.map(
        (problem) => `JWT rule ${index + 1} of ${subject(authentication)} must ${problem}`,
      );
    });
  },
});
