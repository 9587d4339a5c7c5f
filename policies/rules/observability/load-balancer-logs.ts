import { at, present } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "observability-load-balancer-logs",
  area: "observability",
  description: "A load balancer must log the requests that it takes.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Set accessLogs to { enabled: true, bucket }.",
  url: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 12" },
    { framework: "iso-42001", clause: "A.6.2.8" },
  ],
  types: ["aws:lb/loadBalancer:LoadBalancer"],
  check: (balancer) => {
    const enabled = at(balancer.props, "accessLogs.enabled");
    return enabled === true && present(balancer.props, "accessLogs.bucket")
      ? []
      : [
          `${subject(balancer)} must log to a bucket with accessLogs.enabled true, got ${shown(enabled)}`,
        ];
  },
});
