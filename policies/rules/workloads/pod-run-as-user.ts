import { resourceRule } from "../../rule";
import { podSpecs, podTypes } from "../../pod-shapes";
import { contexts, standardsUrl } from "../../pods";
import { objectKey } from "../../kubernetes";

export const rule = resourceRule({
  name: "workloads-pod-run-as-user",
  area: "workloads",
  description: "Pods and containers must not name root as their user.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Set securityContext.runAsUser to a user id other than 0, or leave it out.",
  url: standardsUrl,
  frameworks: [{ framework: "pod-security", clause: "Restricted: Running as Non-root user" }],
  types: podTypes,
  // The log shipper reads files of its node that only root may read; it runs alone in a namespace
  // of its own.
  parameters: { exceptions: ["causeway-logs/log-shipper"] },
  check: (resource, { exceptions }) =>
    exceptions.includes(objectKey(resource))
      ? []
      : podSpecs(resource).flatMap((pod) =>
          contexts(pod, "runAsUser").flatMap(({ label, value }) =>
            value === 0
              ? [`${label} must set securityContext.runAsUser to a user other than root, got 0`]
              : [],
          ),
        ),
});
