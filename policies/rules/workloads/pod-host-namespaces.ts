import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { podTypes } from "../../pod-shapes";
import { eachPod, standardsUrl } from "../../pods";

export const rule = resourceRule({
  name: "workloads-pod-host-namespaces",
  area: "workloads",
  description: "Pods must not share the network, process or IPC namespace of their node.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Remove hostNetwork, hostPID and hostIPC from the pod.",
  url: standardsUrl,
  frameworks: [
    { framework: "pod-security", clause: "Baseline: Host Namespaces" },
    { framework: "cis-eks", clause: "4.2.2" },
    { framework: "cis-eks", clause: "4.2.3" },
    { framework: "cis-eks", clause: "4.2.4" },
  ],
  types: podTypes,
  check: (resource) =>
    eachPod(resource, (pod) =>
      ["hostNetwork", "hostPID", "hostIPC"].flatMap((field) =>
        at(pod.spec, field) === true ? [`not set ${field}, got true`] : [],
      ),
    ),
});
