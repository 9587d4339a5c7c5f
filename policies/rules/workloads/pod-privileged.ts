import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { podTypes } from "../../pod-shapes";
import { eachContainer, standardsUrl } from "../../pods";

export const rule = resourceRule({
  name: "workloads-pod-privileged",
  area: "workloads",
  description: "Containers must not be privileged.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Remove securityContext.privileged; add the one capability that is needed instead.",
  url: standardsUrl,
  frameworks: [
    { framework: "pod-security", clause: "Baseline: Privileged Containers" },
    { framework: "cis-eks", clause: "4.2.1" },
  ],
  types: podTypes,
  check: (resource) =>
    eachContainer(resource, (container) =>
      at(container.spec, "securityContext.privileged") === true
        ? ["not set securityContext.privileged, got true"]
        : [],
    ),
});
