import { at, record } from "../../resources";
import { resourceRule } from "../../rule";
import { type Pod, podSpecs, podTypes } from "../../pod-shapes";
import { contexts, standardsUrl } from "../../pods";

const prefix = "container.apparmor.security.beta.kubernetes.io/";

export const rule = resourceRule({
  name: "workloads-pod-apparmor",
  area: "workloads",
  description: "Pods must not switch AppArmor off.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Set appArmorProfile.type to RuntimeDefault or Localhost, or leave it out.",
  url: standardsUrl,
  frameworks: [{ framework: "pod-security", clause: "Baseline: AppArmor" }],
  types: podTypes,
  check: (resource) => podSpecs(resource).flatMap((pod) => [...byField(pod), ...byAnnotation(pod)]),
});

function byField(pod: Pod): string[] {
  return contexts(pod, "appArmorProfile.type").flatMap(({ label, value }) =>
    value === "RuntimeDefault" || value === "Localhost"
      ? []
      : [
          `${label} must set appArmorProfile.type to RuntimeDefault or Localhost, got ${String(value)}`,
        ],
  );
}

/** Before Kubernetes 1.30 the profile was an annotation, which is still honoured. */
function byAnnotation(pod: Pod): string[] {
  const annotations = record(pod.metadata, "annotations");
  return Object.keys(annotations).flatMap((key) => {
    if (!key.startsWith(prefix)) return [];
    const profile = String(at(annotations, key) ?? annotations[key]);
    return profile === "runtime/default" || profile.startsWith("localhost/")
      ? []
      : [
          `${pod.label} must set the annotation ${key} to runtime/default or localhost/..., got ${profile}`,
        ];
  });
}
