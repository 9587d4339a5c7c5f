import { resourceRule } from "../../rule";
import { podTypes } from "../../pod-shapes";
import { eachContainer, effective, standardsUrl } from "../../pods";

export const rule = resourceRule({
  name: "workloads-pod-seccomp",
  area: "workloads",
  description: "Containers must run under a seccomp profile that the pod names.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Set securityContext.seccompProfile.type to RuntimeDefault on the pod.",
  url: standardsUrl,
  frameworks: [{ framework: "pod-security", clause: "Restricted: Seccomp" }],
  types: podTypes,
  // A profile that switches seccomp off is the baseline rule's; this one asks that there is a
  // profile.
  check: (resource) =>
    eachContainer(resource, (container, pod) =>
      (effective(container, pod, "seccompProfile.type") ?? "") === ""
        ? ["set securityContext.seccompProfile.type to RuntimeDefault or Localhost, got nothing"]
        : [],
    ),
});
