import { companions, ofType } from "../../resources";
import { stackRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = stackRule({
  name: "observability-firewall-logs",
  area: "observability",
  description: "A web application firewall must log what it lets through and what it blocks.",
  severity: "low",
  enforcement: "mandatory",
  remediation: "Add a WebAclLoggingConfiguration, with the authorization header redacted.",
  url: "https://docs.aws.amazon.com/waf/latest/developerguide/logging.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-13" },
    { framework: "iso-42001", clause: "A.6.2.8" },
  ],
  types: ["aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"],
  check: (resources) =>
    ofType(resources, "aws:wafv2/webAcl:WebAcl")
      .filter(
        (acl) =>
          companions(
            resources,
            "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
            "resourceArn",
            acl,
          ).length === 0,
      )
      .map((acl) => ({
        resource: acl,
        message: `${subject(acl)} must have a WebAclLoggingConfiguration`,
      })),
});
