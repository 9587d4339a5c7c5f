import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { podTypes } from "../../pod-shapes";
import { eachContainer, standardsUrl } from "../../pods";
import { shown } from "../../kubernetes";

export const rule = resourceRule({
  name: "workloads-pod-privilege-escalation",
  area: "workloads",
  description: "Containers must not gain privileges that their parent process lacks.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Set securityContext.allowPrivilegeEscalation to false on each container.",
  url: standardsUrl,
  frameworks: [
    { framework: "pod-security", clause: "Restricted: Privilege Escalation" },
    { framework: "cis-eks", clause: "4.2.5" },
  ],
  types: podTypes,
  check: (resource) =>
    eachContainer(resource, (container) => {
      const escalation = at(container.spec, "securityContext.allowPrivilegeEscalation");
      return escalation === false
        ? []
        : [`set securityContext.allowPrivilegeEscalation to false, got ${shown(escalation)}`];
    }),
});
