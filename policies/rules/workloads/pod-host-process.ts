import { resourceRule } from "../../rule";
import { podSpecs, podTypes } from "../../pod-shapes";
import { contexts, standardsUrl } from "../../pods";

export const rule = resourceRule({
  name: "workloads-pod-host-process",
  area: "workloads",
  description: "Pods must not run as Windows HostProcess.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Remove securityContext.windowsOptions.hostProcess from the pod and its containers.",
  url: standardsUrl,
  frameworks: [{ framework: "pod-security", clause: "Baseline: HostProcess" }],
  types: podTypes,
  check: (resource) =>
    podSpecs(resource).flatMap((pod) =>
      contexts(pod, "windowsOptions.hostProcess").flatMap(({ label, value }) =>
        value === true
          ? [`${label} must not set securityContext.windowsOptions.hostProcess, got true`]
          : [],
      ),
    ),
});
