import { subject } from "../../kubernetes";
import { present } from "../../resources";
import { resourceRule } from "../../rule";

export const rule = resourceRule({
  name: "workloads-volume-host-path",
  area: "workloads",
  description: "A PersistentVolume must not be a folder of a node.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Let a storage class make the volume; a claim is no way around the pod's own rules.",
  url: "https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
  frameworks: [{ framework: "cis-eks", clause: "4.2.1" }],
  types: ["kubernetes:core/v1:PersistentVolume"],
  check: (volume) =>
    ["hostPath", "local"]
      .filter((source) => present(volume.props, `spec.${source}`))
      .map((source) => `${subject(volume)} must not be a folder of a node, got ${source}`),
});
