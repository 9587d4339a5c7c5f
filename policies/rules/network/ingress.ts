import { subject } from "../../kubernetes";
import { none, resourceRule } from "../../rule";
import { text } from "../../resources";

export const rule = resourceRule({
  name: "network-ingress",
  area: "network",
  description: "Callers must come through the mesh's gateway, and by no Ingress beside it.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Route through the gateway by a VirtualService or an HTTPRoute; list an Ingress in the parameter exempt where it is the way in.",
  url: "https://kubernetes.io/docs/concepts/services-networking/ingress/",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-12" },
    { framework: "cis-eks", clause: "5.4.5" },
  ],
  types: [
    "kubernetes:networking.k8s.io/v1:Ingress",
    "kubernetes:extensions/v1beta1:Ingress",
    "kubernetes:route.openshift.io/v1:Route",
  ],
  parameters: { exempt: none },
  check: (ingress, { exempt }) =>
    exempt.includes(text(ingress.props, "metadata.name") ?? "")
      ? []
      : [`${subject(ingress)} must not open a way in beside the gateway`],
});
