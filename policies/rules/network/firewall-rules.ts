import { at, list, text } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "network-firewall-rules",
  area: "network",
  description:
    "A web application firewall must limit the rate of requests and use AWS's common rules.",
  severity: "medium",
  enforcement: "mandatory",
  remediation:
    "Add a rule with a rateBasedStatement, and the managed groups that the parameter lists, with overrideAction none.",
  url: "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-11" }],
  types: ["aws:wafv2/webAcl:WebAcl"],
  parameters: {
    managedGroups: ["AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"],
  },
  check: (acl, { managedGroups }) => {
    const rules = list(acl.props, "rules");
    const limited = rules.some(
      (rule) =>
        at(rule, "statement.rateBasedStatement") !== undefined &&
        at(rule, "action.block") !== undefined,
    );
    // overrideAction count turns a whole group into an observer.
    const active = rules
      .filter((rule) => at(rule, "overrideAction.count") === undefined)
      .map((rule) => text(rule, "statement.managedRuleGroupStatement.name"));
    const missing = managedGroups.filter((group) => !active.includes(group));
    return [
      ...(limited ? [] : [`${subject(acl)} must block by a rateBasedStatement`]),
      ...(missing.length === 0 ? [] : [`${subject(acl)} must enforce ${missing.join(", ")}`]),
    ];
  },
});
