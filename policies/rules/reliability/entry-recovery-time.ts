import { number, text } from "../../read";
import { resourceRule } from "../../rule";
import { shown } from "../workloads/subject";
import { seconds } from "../../../services/contract/units";

export const rule = resourceRule({
  name: "reliability-entry-recovery-time",
  area: "reliability",
  description: "Losing a region must be noticed and routed around within the stack's recovery time objective.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Lower recovery.checkIntervalSeconds or recovery.failureThreshold in the stack file, or declare a longer recovery.rto.",
  url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover.html",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(4)" },
    { framework: "nist-ai-rmf", clause: "MANAGE 2.4" },
  ],
  types: ["causeway:global:GlobalEntry"],
  // Resolvers keep an alias record of a load balancer for 60 seconds.
  parameters: { ttlSeconds: 60 },
  check: (resource, { ttlSeconds }) => {
    const rto = text(resource.props, "recovery.rto");
    const interval = number(resource.props, "recovery.checkIntervalSeconds");
    const threshold = number(resource.props, "recovery.failureThreshold");
    if (rto === undefined || interval === undefined || threshold === undefined) return [`GlobalEntry "${resource.name}" must declare recovery.rto, .checkIntervalSeconds and .failureThreshold, got ${shown(resource.props["recovery"])}`];
    const needed = interval * threshold + ttlSeconds;
    return needed <= objective(rto) ? [] : [`GlobalEntry "${resource.name}" must recover within ${rto}, got ${needed} seconds: ${interval} s times ${threshold} failed checks, and ${ttlSeconds} s until resolvers forget`];
  },
});

/** Seconds of the objective; text that is no length of time allows none. */
function objective(rto: string): number {
  try {
    return seconds(rto);
  } catch {
    return 0;
  }
}
