import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { podTypes } from "../../pod-shapes";
import { eachContainer, standardsUrl } from "../../pods";

export const rule = resourceRule({
  name: "workloads-pod-proc-mount",
  area: "workloads",
  description: "Containers must keep the default masks over /proc.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Remove securityContext.procMount.",
  url: standardsUrl,
  frameworks: [{ framework: "pod-security", clause: "Baseline: /proc Mount Type" }],
  types: podTypes,
  check: (resource) =>
    eachContainer(resource, (container) => {
      const mount = at(container.spec, "securityContext.procMount") ?? "Default";
      return mount === "Default"
        ? []
        : [`leave securityContext.procMount at Default, got ${String(mount)}`];
    }),
});
