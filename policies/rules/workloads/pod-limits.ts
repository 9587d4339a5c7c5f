import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { podTypes } from "../../pod-shapes";
import { eachContainer } from "../../pods";

export const rule = resourceRule({
  name: "workloads-pod-limits",
  area: "workloads",
  description: "Containers must have limits, so that one cannot starve its node.",
  severity: "medium",
  enforcement: "mandatory",
  remediation:
    "Set the limit under resources.limits on each container; the parameter says which ones are needed.",
  url: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: podTypes,
  // Only memory by default: a CPU limit throttles a server at its tail latency and protects nothing
  // that requests do not.
  parameters: { resources: ["memory"] },
  check: (resource, { resources }) =>
    eachContainer(resource, (container) =>
      container.kind === "ephemeral container"
        ? []
        : resources.flatMap((name) =>
            at(container.spec, `resources.limits.${name}`) === undefined
              ? [`set resources.limits.${name}, got nothing`]
              : [],
          ),
    ),
});
