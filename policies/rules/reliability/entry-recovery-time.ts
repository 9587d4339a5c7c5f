import { list, number, text } from "../../resources";
import { resourceRule } from "../../rule";
import { shown } from "../../kubernetes";
import { partsText, recoveryBudget } from "../../../services/contract/recovery";
import { secondsOrNone } from "../../region-loss/loss";

export const rule = resourceRule({
  name: "reliability-entry-recovery-time",
  area: "reliability",
  description:
    "Losing a region must be noticed and routed around within the stack's recovery time objective.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Lower recovery.checkIntervalSeconds or recovery.failureThreshold in the stack file, or declare a longer recovery.rto.",
  url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover.html",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(4)" },
    { framework: "nist-ai-rmf", clause: "MANAGE 2.4" },
  ],
  types: ["causeway:global:GlobalEntry"],
  check: (resource) => {
    // One region has nowhere to fail over to.
    if (list(resource.props, "regions").length < 2) return [];
    const rto = text(resource.props, "recovery.rto");
    const checkIntervalSeconds = number(resource.props, "recovery.checkIntervalSeconds");
    const failureThreshold = number(resource.props, "recovery.failureThreshold");
    if (rto === undefined || checkIntervalSeconds === undefined || failureThreshold === undefined)
      return [
        `GlobalEntry "${resource.name}" must declare recovery.rto, .checkIntervalSeconds and .failureThreshold, got ${shown(resource.props["recovery"])}`,
      ];
    const budget = recoveryBudget({ checkIntervalSeconds, failureThreshold });
    return budget.totalSeconds <= secondsOrNone(rto)
      ? []
      : [
          `GlobalEntry "${resource.name}" must recover within ${rto}, got ${budget.totalSeconds} seconds: ${partsText(budget)}`,
        ];
  },
});
