import { isWide } from "../../blocks";
import { istio, shown, subject } from "../../kubernetes";
import { at, list, record, text } from "../../resources";
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
  // Answers that tell nothing, which a load balancer asks for without a name.
  parameters: { openPaths: ["/healthz"] },
  check: (policy, { openPaths }) => {
    if ((at(policy.props, "spec.action") ?? "ALLOW") !== "ALLOW") return [];
    return list(policy.props, "spec.rules").flatMap((rule, index) => {
      const must = `rule ${index + 1} of ${subject(policy)} must say whose requests it allows`;
      if (Object.keys(record({ rule }, "rule")).length === 0)
        return [`${must}, got an empty rule, which allows everything`];
      const sources = list(rule, "from").map((each) => at(each, "source"));
      if (list(rule, "when").some(isClaim) || isOpenly(rule, openPaths)) return [];
      if (sources.length === 0) return [`${must}, got no from`];
      return sources
        .filter((source) => !names(source))
        .map((source) => `${must}, got ${shown(source)}`);
    });
  },
});

/** Fields of a source that say who calls; what is not somebody is everybody else. */
const callers = ["principals", "requestPrincipals", "namespaces", "serviceAccounts"];
const blocks = ["ipBlocks", "remoteIpBlocks"];

function names(source: unknown): boolean {
  return (
    callers.some((field) => isNamed(list(source, field), field === "requestPrincipals")) ||
    blocks.some((field) => {
      const given = list(source, field).map(String);
      return given.length > 0 && !given.some(isWide);
    })
  );
}

/** Any caller with a good token is named by the issuers that RequestAuthentication takes. */
function isNamed(values: readonly unknown[], byToken: boolean): boolean {
  const everyone = (value: unknown) =>
    typeof value !== "string" || /^[*/]*$/.test(value) || /^[^/]*\/\*$/.test(value);
  return values.length > 0 && (byToken || !values.some(everyone));
}

/** Whether a condition asks for a value of the caller's token. */
function isClaim(condition: unknown): boolean {
  const values = list(condition, "values");
  return (
    (text(condition, "key") ?? "").startsWith("request.auth.") &&
    values.length > 0 &&
    !values.includes("*")
  );
}

/** Whether a rule allows reads of paths alone that are open to everybody. */
function isOpenly(rule: unknown, paths: readonly string[]): boolean {
  const operations = list(rule, "to").map((each) => at(each, "operation"));
  return (
    operations.length > 0 &&
    operations.every(
      (operation) =>
        list(operation, "paths").length > 0 &&
        list(operation, "paths").every((path) => paths.includes(String(path))) &&
        list(operation, "methods").length > 0 &&
        list(operation, "methods").every((method) => method === "GET" || method === "HEAD"),
    )
  );
}
