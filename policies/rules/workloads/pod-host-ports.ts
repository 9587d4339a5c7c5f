import { list, number } from "../../resources";
import { resourceRule } from "../../rule";
import { podTypes } from "../../pod-shapes";
import { eachContainer, standardsUrl } from "../../pods";

export const rule = resourceRule({
  name: "workloads-pod-host-ports",
  area: "workloads",
  description: "Containers must not open ports of their node.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Remove hostPort and reach the container through a Service.",
  url: standardsUrl,
  frameworks: [{ framework: "pod-security", clause: "Baseline: Host Ports" }],
  types: podTypes,
  check: (resource) =>
    eachContainer(resource, (container) =>
      list(container.spec, "ports").flatMap((port) => {
        const hostPort = number(port, "hostPort") ?? 0;
        return hostPort === 0 ? [] : [`not open a hostPort, got ${hostPort}`];
      }),
    ),
});
