import { list, number, text } from "../../read";
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
  // What follows detection: check timeout 6, aggregation 10, name cache 60, drain 20, caller retry 10; infra/recovery.ts gives the sources.
  parameters: { fixedSeconds: 106 },
  check: (resource, { fixedSeconds }) => {
    // One region has nowhere to fail over to.
    if (list(resource.props, "regions").length < 2) return [];
    const rto = text(resource.props, "recovery.rto");
    const interval = number(resource.props, "recovery.checkIntervalSeconds");
    const threshold = number(resource.props, "recovery.failureThreshold");
    if (rto === undefined || interval === undefined || threshold === undefined) return [`GlobalEntry "${resource.name}" must declare recovery.rto, .checkIntervalSeconds and .failureThreshold, got ${shown(resource.props["recovery"])}`];
    const needed = interval * threshold + fixedSeconds;
    return needed <= objective(rto) ? [] : [`GlobalEntry "${resource.name}" must recover within ${rto}, got ${needed} seconds: ${interval} s times ${threshold} failed checks, and ${fixedSeconds} s until callers are answered elsewhere`];
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
