import { at, list, text } from "../../resources";
import { resourceRule } from "../../rule";
import { podTypes } from "../../pod-shapes";
import { eachPod, standardsUrl } from "../../pods";

const allowed = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

export const rule = resourceRule({
  name: "workloads-pod-volume-types",
  area: "workloads",
  description: "Pods must mount only volumes of the restricted standard's types.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Use a persistent volume claim, or one of the other allowed types.",
  url: standardsUrl,
  frameworks: [{ framework: "pod-security", clause: "Restricted: Volume Types" }],
  types: podTypes,
  check: (resource) =>
    eachPod(resource, (pod) =>
      list(pod.spec, "volumes").flatMap((volume) => {
        // hostPath has a rule of its own; a volume without a source is an emptyDir.
        const sources = Object.keys(
          typeof volume === "object" && volume !== null ? volume : {},
        ).filter((key) => key !== "name" && key !== "hostPath" && at(volume, key) !== undefined);
        return sources
          .filter((source) => !allowed.includes(source))
          .map(
            (source) =>
              `not mount a volume of type ${source}, got one in ${JSON.stringify(text(volume, "name") ?? "")}, allowed: ${allowed.join(", ")}`,
          );
      }),
    ),
});
