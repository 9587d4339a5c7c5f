import { occurrences, ofType, at, text } from "../../resources";
import { istio, rootNamespace } from "../../kubernetes";
import { stackRule } from "../../rule";

export const rule = stackRule({
  name: "encryption-mesh-default",
  area: "encryption",
  description: "A mesh must demand strict mutual TLS of every workload, not only of selected ones.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Add a PeerAuthentication with mode STRICT and no selector in the root namespace of the mesh.",
  url: "https://istio.io/latest/docs/tasks/security/authentication/mtls-migration/",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-09" }],
  parameters: { rootNamespace },
  check: (resources, parameters) => {
    const meshed = ofType(
      resources,
      istio("networking", "VirtualService"),
      istio("networking", "Gateway"),
    );
    const meshWide = ofType(resources, istio("security", "PeerAuthentication")).filter(
      ({ props }) =>
        text(props, "metadata.namespace") === parameters.rootNamespace &&
        at(props, "spec.selector") === undefined &&
        at(props, "spec.mtls.mode") === "STRICT",
    );
    const [wanted, found] = [occurrences(meshed), occurrences(meshWide)];
    return found >= wanted
      ? []
      : [
          {
            message: `each of ${wanted} meshes must have a PeerAuthentication with mode STRICT and no selector in ${parameters.rootNamespace}, got ${found}`,
          },
        ];
  },
});
