import { resourceRule } from "../../rule";
import { eachContainer, effective, podTypes, standardsUrl } from "./pods";
import { shown } from "./subject";

export const rule = resourceRule({
  name: "workloads-pod-run-as-non-root",
  area: "workloads",
  description: "Containers must run as a user that is not root.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Set securityContext.runAsNonRoot to true on the pod.",
  url: standardsUrl,
  frameworks: [{ framework: "pod-security", clause: "Restricted: Running as Non-root" }],
  types: podTypes,
  check: (resource) =>
    eachContainer(resource, (container, pod) => {
      const nonRoot = effective(container, pod, "runAsNonRoot");
      return nonRoot === true ? [] : [`set securityContext.runAsNonRoot to true, got ${shown(nonRoot)}`];
    }),
});
