import { shown, subject } from "../../kubernetes";
import { at, list, text } from "../../resources";
import { resourceRule } from "../../rule";

export const rule = resourceRule({
  name: "encryption-gateway-api-tls",
  area: "encryption",
  description:
    "A listener of a Gateway must end TLS for hosts that it names; callers of another one could be read.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Set protocol HTTPS, tls.certificateRefs and a hostname on each listener of the Gateway.",
  url: "https://gateway-api.sigs.k8s.io/guides/tls/",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-09" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  types: [
    "kubernetes:gateway.networking.k8s.io/v1:Gateway",
    "kubernetes:gateway.networking.k8s.io/v1:ListenerSet",
    "kubernetes:gateway.networking.x-k8s.io/v1alpha1:XListenerSet",
  ],
  check: (gateway) =>
    list(gateway.props, "spec.listeners").flatMap((listener) => {
      const protocol = at(listener, "protocol");
      const hostname = text(listener, "hostname") ?? "";
      const problems = [
        ...(protocol === "HTTPS" || protocol === "TLS"
          ? []
          : [`have protocol HTTPS, got ${shown(protocol)}`]),
        ...(protocol === "HTTPS" && list(listener, "tls.certificateRefs").length === 0
          ? ["name its certificate in tls.certificateRefs, got none"]
          : []),
        ...(hostname === "" || hostname === "*" ? ["name a hostname, got none"] : []),
      ];
      return problems.map(
        (problem) =>
          `listener ${shown(text(listener, "name"))} of ${subject(gateway)} must ${problem}`,
      );
    }),
});
