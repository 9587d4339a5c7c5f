import { resourceRule } from "../../rule";
import { podSpecs, podTypes } from "../../pod-shapes";
import { contexts, standardsUrl } from "../../pods";

export const rule = resourceRule({
  name: "workloads-pod-seccomp-unconfined",
  area: "workloads",
  description: "Pods must not switch seccomp off.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Set seccompProfile.type to RuntimeDefault.",
  url: standardsUrl,
  frameworks: [{ framework: "pod-security", clause: "Baseline: Seccomp" }],
  types: podTypes,
  check: (resource) =>
    podSpecs(resource).flatMap((pod) =>
      contexts(pod, "seccompProfile.type").flatMap(({ label, value }) =>
        value === "RuntimeDefault" || value === "Localhost"
          ? []
          : [
              `${label} must set seccompProfile.type to RuntimeDefault or Localhost, got ${String(value)}`,
            ],
      ),
    ),
});
