import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { podSpecs, podTypes } from "../../pod-shapes";
import { contexts, standardsUrl } from "../../pods";

const types = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

export const rule = resourceRule({
  name: "workloads-pod-selinux",
  area: "workloads",
  description:
    "Pods must not choose an SELinux user or role, nor a type that is not a container's.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Remove seLinuxOptions.user and .role, and set .type to a container type or leave it out.",
  url: standardsUrl,
  frameworks: [{ framework: "pod-security", clause: "Baseline: SELinux" }],
  types: podTypes,
  check: (resource) =>
    podSpecs(resource).flatMap((pod) =>
      contexts(pod, "seLinuxOptions").flatMap(({ label, value }) => {
        const type = String(at(value, "type") ?? "");
        const chosen = ["user", "role"].flatMap((field) =>
          (at(value, field) ?? "") === ""
            ? []
            : [`${label} must not set seLinuxOptions.${field}, got ${String(at(value, field))}`],
        );
        return types.includes(type)
          ? chosen
          : [
              ...chosen,
              `${label} must set seLinuxOptions.type to one of ${types.slice(1).join(", ")}, got ${type}`,
            ];
      }),
    ),
});
