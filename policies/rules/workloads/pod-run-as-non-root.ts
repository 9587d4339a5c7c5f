import { resourceRule } from "../../rule";
import { podTypes } from "../../pod-shapes";
import { eachContainer, effective, standardsUrl } from "../../pods";
import { objectKey, shown } from "../../kubernetes";

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
  // The log shipper reads files of its node that only root may read; it runs alone in a namespace
  // of its own.
  parameters: { exceptions: ["causeway-logs/log-shipper"] },
  check: (resource, { exceptions }) =>
    eachContainer(resource, (container, pod) => {
      if (exceptions.includes(objectKey(resource))) return [];
      const nonRoot = effective(container, pod, "runAsNonRoot");
      return nonRoot === true
        ? []
        : [`set securityContext.runAsNonRoot to true, got ${shown(nonRoot)}`];
    }),
});
