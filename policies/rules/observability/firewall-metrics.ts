import { at, list, text } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "observability-firewall-metrics",
  area: "observability",
  description: "A web application firewall must count and sample what each of its rules matches.",
  severity: "low",
  enforcement: "mandatory",
  remediation:
    "Set cloudwatchMetricsEnabled and sampledRequestsEnabled to true in every visibilityConfig.",
  url: "https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-testing-view-sample.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-13" }],
  types: ["aws:wafv2/webAcl:WebAcl"],
  check: (acl) =>
    [acl.props, ...list(acl.props, "rules")]
      .filter(
        (each) =>
          at(each, "visibilityConfig.cloudwatchMetricsEnabled") !== true ||
          at(each, "visibilityConfig.sampledRequestsEnabled") !== true,
      )
      .map(
        (each) =>
          `${each === acl.props ? subject(acl) : `rule ${text(each, "name") ?? "without a name"} of ${subject(acl)}`} must have metrics and samples on in visibilityConfig`,
      ),
});
