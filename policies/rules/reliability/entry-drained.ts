import { at, list, text } from "../../resources";
import { resourceRule } from "../../rule";
import { shown } from "../../kubernetes";

export const rule = resourceRule({
  name: "reliability-entry-drained",
  area: "reliability",
  description:
    "A region may be drained only for a reason that is written down, and the last one never.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Take `drained` out of a region in the stack file, or write its reason there.",
  url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-complex-configs.html",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(4)" },
    { framework: "nist-ai-rmf", clause: "MANAGE 2.4" },
  ],
  types: ["causeway:global:GlobalEntry"],
  check: (resource) => {
    const regions = list(resource.props, "regions");
    const drained = regions.filter((region) => at(region, "drained") !== undefined);
    return [
      ...(drained.length < regions.length
        ? []
        : [
            `GlobalEntry "${resource.name}" must keep a region in service, got ${drained.length} of ${regions.length} drained`,
          ]),
      ...drained
        .filter((region) => (text(region, "drained.reason") ?? "") === "")
        .map(
          (region) =>
            `GlobalEntry "${resource.name}" must say why ${text(region, "region") ?? "a region"} is drained, got ${shown(at(region, "drained"))}`,
        ),
    ];
  },
});
