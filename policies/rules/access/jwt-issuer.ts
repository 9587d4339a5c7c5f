import { istio, shown, subject } from "../../kubernetes";
import { list, present, text } from "../../resources";
import { resourceRule } from "../../rule";

/** Hosts of keys that are not the issuer's own. */
const noHosts: readonly string[] = [];

export const rule = resourceRule({
  name: "access-jwt-issuer",
  area: "access",
  description:
    "A request authentication must name the issuer, its keys over https at its own host, and the audiences of a token.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Set issuer, jwksUri (https) and audiences of each JWT rule; without audiences a token for another service is good here. Where an issuer publishes its keys at another host, list that host in the parameter keyHosts.",
  url: "https://istio.io/latest/docs/reference/config/security/request_authentication/",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-12" }],
  types: [istio("security", "RequestAuthentication")],
  parameters: { keyHosts: noHosts },
  check: (authentication, { keyHosts }) => {
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
        ...(keys === undefined ||
        issuer === undefined ||
        [hostOf(issuer), ...keyHosts].includes(hostOf(keys) ?? "")
          ? []
          : [`take the keys of the issuer's own host, got ${shown(keys)}`]),
        ...(list(rule, "audiences").length > 0 ? [] : ["list audiences"]),
      ];
      return problems.map(
        (problem) => `JWT rule ${index + 1} of ${subject(authentication)} must ${problem}`,
      );
    });
  },
});

/** Host of an address; undefined for what is none. */
function hostOf(address: string | undefined): string | undefined {
  return address !== undefined && URL.canParse(address) ? new URL(address).host : undefined;
}
