import { text } from "../../resources";
import { resourceRule } from "../../rule";
import { podTypes } from "../../pod-shapes";
import { eachContainer, standardsUrl } from "../../pods";

const handlers = [
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
  "lifecycle.postStart",
  "lifecycle.preStop",
];
const fields = handlers.flatMap((handler) => [
  `${handler}.httpGet.host`,
  `${handler}.tcpSocket.host`,
]);

export const rule = resourceRule({
  name: "workloads-pod-host-probes",
  area: "workloads",
  description: "Probes and lifecycle hooks must reach only their own pod.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Remove host from the probe or hook; the kubelet then asks the pod itself.",
  url: standardsUrl,
  frameworks: [{ framework: "pod-security", clause: "Baseline: Host Probes / Lifecycle Hooks" }],
  types: podTypes,
  check: (resource) =>
    eachContainer(resource, (container) =>
      fields.flatMap((field) => {
        const host = text(container.spec, field) ?? "";
        return host === "" ? [] : [`not set ${field}, got ${host}`];
      }),
    ),
});
