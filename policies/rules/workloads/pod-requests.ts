import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { podTypes } from "../../pod-shapes";
import { eachContainer } from "../../pods";

export const rule = resourceRule({
  name: "workloads-pod-requests",
  area: "workloads",
  description:
    "Containers must request CPU and memory, so that the scheduler and the autoscaler can count.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Set resources.requests.cpu and resources.requests.memory on each container.",
  url: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: podTypes,
  check: (resource) =>
    // An ephemeral container may not set resources.
    eachContainer(resource, (container) =>
      container.kind === "ephemeral container"
        ? []
        : ["cpu", "memory"].flatMap((name) =>
            at(container.spec, `resources.requests.${name}`) === undefined
              ? [`set resources.requests.${name}, got nothing`]
              : [],
          ),
    ),
});
