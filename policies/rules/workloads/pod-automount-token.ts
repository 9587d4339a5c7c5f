import { at, text } from "../../resources";
import { resourceRule } from "../../rule";
import { podTypes } from "../../pod-shapes";
import { eachPod } from "../../pods";
import { shown } from "../../kubernetes";

/**
 * Steps of a workflow report their results through the API; so do the recorder and the promoter,
 * which also patches Rollouts; the resumer patches their status. Each has a role with nothing else.
 */
const callers: readonly string[] = [
  "retraining-trainer",
  "retraining-recorder",
  "retraining-promoter",
  "release-resumer",
  "causeway-erase",
];

export const rule = resourceRule({
  name: "workloads-pod-automount-token",
  area: "workloads",
  description: "Pods must not mount a token for the Kubernetes API that they do not use.",
  severity: "medium",
  enforcement: "mandatory",
  remediation:
    "Set automountServiceAccountToken to false on the pod, or list its service account in the parameter `accounts` when the program calls the API.",
  url: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
  frameworks: [{ framework: "cis-eks", clause: "4.1.6" }],
  types: podTypes,
  parameters: { accounts: callers },
  check: (resource, { accounts }) =>
    eachPod(resource, (pod) => {
      const mounted = at(pod.spec, "automountServiceAccountToken");
      return mounted === false ||
        accounts.includes(text(pod.spec, "serviceAccountName") ?? "default")
        ? []
        : [`set automountServiceAccountToken to false, got ${shown(mounted)}`];
    }),
});
