import { at, list, text } from "../../read";
import { resourceRule } from "../../rule";
import { eachPod, podTypes, standardsUrl } from "./pods";

export const rule = resourceRule({
  name: "workloads-pod-host-path",
  area: "workloads",
  description: "Pods must not mount paths of their node.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Replace the hostPath volume by an emptyDir, a persistent volume claim or a projected volume.",
  url: standardsUrl,
  frameworks: [{ framework: "pod-security", clause: "Baseline: HostPath Volumes" }],
  types: podTypes,
  check: (resource) =>
    eachPod(resource, (pod) =>
      list(pod.spec, "volumes").flatMap((volume) => (at(volume, "hostPath") === undefined ? [] : [`not mount a hostPath, got ${text(volume, "hostPath.path") ?? "one"} in volume ${JSON.stringify(text(volume, "name") ?? "")}`])),
    ),
});
