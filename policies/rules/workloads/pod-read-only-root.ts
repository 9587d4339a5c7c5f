import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { podTypes } from "../../pod-shapes";
import { eachContainer } from "../../pods";
import { shown } from "../../kubernetes";

export const rule = resourceRule({
  name: "workloads-pod-read-only-root",
  area: "workloads",
  description: "Containers must have a read-only root file system.",
  severity: "medium",
  enforcement: "mandatory",
  remediation:
    "Set securityContext.readOnlyRootFilesystem to true and mount an emptyDir where the program writes.",
  url: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(5)" }],
  types: podTypes,
  check: (resource) =>
    eachContainer(resource, (container) => {
      const readOnly = at(container.spec, "securityContext.readOnlyRootFilesystem");
      return readOnly === true
        ? []
        : [`set securityContext.readOnlyRootFilesystem to true, got ${shown(readOnly)}`];
    }),
});
