import { at, list, text } from "../../resources";
import { resourceRule } from "../../rule";
import { podTypes, type Pod } from "../../pod-shapes";
import { containers, eachPod, standardsUrl } from "../../pods";
import { objectKey } from "../../kubernetes";

export const rule = resourceRule({
  name: "workloads-pod-host-path",
  area: "workloads",
  description:
    "Pods must not mount paths of their node, apart from named agents that read a named path or keep their place in one of their own.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Replace the hostPath volume by an emptyDir, a persistent volume claim or a projected volume; an agent of nodes is named in the parameter `exceptions`, with its path, and mounts it read-only unless `:write` follows the path.",
  url: standardsUrl,
  frameworks: [{ framework: "pod-security", clause: "Baseline: HostPath Volumes" }],
  types: podTypes,
  // The log shipper reads what all containers of its node write, and keeps how far it has read; it
  // runs alone in a namespace of its own.
  parameters: {
    exceptions: [
      "causeway-logs/log-shipper:/var/log/pods",
      "causeway-logs/log-shipper:/var/lib/causeway-log-shipper:write",
    ],
  },
  check: (resource, { exceptions }) =>
    eachPod(resource, (pod) =>
      list(pod.spec, "volumes").flatMap((volume) => {
        if (at(volume, "hostPath") === undefined) return [];
        const path = text(volume, "hostPath.path") ?? "one";
        const name = text(volume, "name") ?? "";
        if (exceptions.includes(`${objectKey(resource)}:${path}:write`)) return [];
        if (exceptions.includes(`${objectKey(resource)}:${path}`))
          return writable(pod, name)
            ? [`mount ${path} read-only, got a writable mount of volume ${JSON.stringify(name)}`]
            : [];
        return [`not mount a hostPath, got ${path} in volume ${JSON.stringify(name)}`];
      }),
    ),
});

function writable(pod: Pod, volume: string): boolean {
  return containers(pod).some(({ spec }) =>
    list(spec, "volumeMounts").some(
      (mount) => text(mount, "name") === volume && at(mount, "readOnly") !== true,
    ),
  );
}
