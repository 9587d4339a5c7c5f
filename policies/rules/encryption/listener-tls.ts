import { at, text } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "encryption-listener-tls",
  area: "encryption",
  description: "Listeners must speak TLS 1.2 or later.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Set sslPolicy to ELBSecurityPolicy-TLS13-1-2-2021-06 or a later policy of that family.",
  url: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html",
  frameworks: [
    { framework: "cis-eks", clause: "5.4.5" },
    { framework: "ml-lens", clause: "MLSEC-12" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  types: ["aws:lb/listener:Listener"],
  parameters: {
    prefixes: [
      "ELBSecurityPolicy-TLS13-1-2-",
      "ELBSecurityPolicy-TLS13-1-3-",
      "ELBSecurityPolicy-FS-1-2-Res-2020-10",
      "ELBSecurityPolicy-TLS-1-2-",
    ],
  },
  check: (listener, { prefixes }) => {
    const protocol = at(listener.props, "protocol");
    if (protocol !== "HTTPS" && protocol !== "TLS") return [];
    const policy = text(listener.props, "sslPolicy");
    return prefixes.some((prefix) => policy?.startsWith(prefix))
      ? []
      : [`${subject(listener)} must have an sslPolicy of TLS 1.2 or later, got ${shown(policy)}`];
  },
});
