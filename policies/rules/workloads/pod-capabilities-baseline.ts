import { list } from "../../resources";
import { resourceRule } from "../../rule";
import { podTypes } from "../../pod-shapes";
import { baselineCapabilities, eachContainer, standardsUrl } from "../../pods";

export const rule = resourceRule({
  name: "workloads-pod-capabilities-baseline",
  area: "workloads",
  description: "Containers must not add Linux capabilities beyond those of an ordinary container.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Remove the capability from securityContext.capabilities.add.",
  url: standardsUrl,
  frameworks: [{ framework: "pod-security", clause: "Baseline: Capabilities" }],
  types: podTypes,
  check: (resource) =>
    eachContainer(resource, (container) =>
      list(container.spec, "securityContext.capabilities.add").flatMap((added) =>
        typeof added === "string" && baselineCapabilities.includes(added)
          ? []
          : [
              `not add the capability ${String(added)}, allowed: ${baselineCapabilities.join(", ")}`,
            ],
      ),
    ),
});
