import { list } from "../../resources";
import { resourceRule } from "../../rule";
import { podTypes } from "../../pod-shapes";
import { baselineCapabilities, eachContainer, standardsUrl } from "../../pods";

export const rule = resourceRule({
  name: "workloads-pod-capabilities",
  area: "workloads",
  description: "Containers must drop all Linux capabilities and add none but NET_BIND_SERVICE.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Set securityContext.capabilities to { drop: [ALL] } on each container.",
  url: standardsUrl,
  frameworks: [{ framework: "pod-security", clause: "Restricted: Capabilities" }],
  types: podTypes,
  check: (resource) =>
    eachContainer(resource, (container) => {
      const dropped = list(container.spec, "securityContext.capabilities.drop");
      const drop = dropped.includes("ALL")
        ? []
        : [`drop ALL capabilities, got ${dropped.length === 0 ? "none" : dropped.join(", ")}`];
      // What the baseline standard forbids is reported by its own rule.
      const added = list(container.spec, "securityContext.capabilities.add").filter(
        (name) =>
          name !== "NET_BIND_SERVICE" &&
          typeof name === "string" &&
          baselineCapabilities.includes(name),
      );
      return [
        ...drop,
        ...added.map((name) => `not add the capability ${String(name)}, allowed: NET_BIND_SERVICE`),
      ];
    }),
});
