import { at, text } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

const label = "pod-security.kubernetes.io/enforce";
const none: readonly string[] = [];

export const rule = resourceRule({
  name: "workloads-namespace-pod-security",
  area: "workloads",
  description:
    "Namespaces must enforce the restricted Pod Security Standard, apart from those of named controllers.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: `Set the label ${label} to restricted; a controller that needs more is named in the parameters, with the reason in its file.`,
  url: "https://kubernetes.io/docs/concepts/security/pod-security-admission/",
  frameworks: [
    { framework: "cis-eks", clause: "4.2.1" },
    { framework: "cis-eks", clause: "4.2.5" },
  ],
  types: ["kubernetes:core/v1:Namespace"],
  // privileged: the mesh's CNI plug-in shares its node's network and paths, the log shipper reads
  // its node's log files.
  parameters: { baseline: none, privileged: ["istio-system", "causeway-logs"] },
  check: (resource, { baseline, privileged }) => {
    const name = text(resource.props, "metadata.name") ?? resource.name;
    const labels = at(resource.props, "metadata.labels");
    const level =
      typeof labels === "object" && labels !== null ? Reflect.get(labels, label) : undefined;
    const allowed = [
      "restricted",
      ...(baseline.includes(name) ? ["baseline"] : []),
      ...(privileged.includes(name) ? ["baseline", "privileged"] : []),
    ];
    return typeof level === "string" && allowed.includes(level)
      ? []
      : [
          `${subject(resource)} must set the label ${label} to ${allowed.join(" or ")}, got ${shown(level)}`,
        ];
  },
});
