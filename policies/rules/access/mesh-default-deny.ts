import { occurrences, ofType, at, record, text } from "../../resources";
import { istio, rootNamespace } from "../../kubernetes";
import { stackRule } from "../../rule";

export const rule = stackRule({
  name: "access-mesh-default-deny",
  area: "access",
  description: "A mesh must refuse every request that no policy allows.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Add an AuthorizationPolicy with an empty spec in the root namespace of the mesh.",
  url: "https://istio.io/latest/docs/ops/best-practices/security/#use-default-deny-patterns",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-12" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  parameters: { rootNamespace },
  check: (resources, parameters) => {
    const meshed = ofType(
      resources,
      istio("networking", "VirtualService"),
      istio("networking", "Gateway"),
    );
    const denies = ofType(resources, istio("security", "AuthorizationPolicy")).filter(
      ({ props }) =>
        text(props, "metadata.namespace") === parameters.rootNamespace &&
        Object.keys(record(props, "spec")).every((key) => key === "action") &&
        (at(props, "spec.action") ?? "ALLOW") === "ALLOW",
    );
    const [wanted, found] = [occurrences(meshed), occurrences(denies)];
    return found >= wanted
      ? []
      : [
          {
            message: `each of ${wanted} meshes must have an AuthorizationPolicy with an empty spec in ${parameters.rootNamespace}, which refuses what no other policy allows, got ${found}`,
          },
        ];
  },
});
