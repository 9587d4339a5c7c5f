import { istio, shown, subject } from "../../kubernetes";
import { at, list } from "../../resources";
import { resourceRule } from "../../rule";

const minimums: readonly unknown[] = ["TLSV1_2", "TLSV1_3"];
const encrypted: readonly unknown[] = ["HTTPS", "TLS"];
const terminating: readonly unknown[] = ["SIMPLE", "MUTUAL", "ISTIO_MUTUAL", "OPTIONAL_MUTUAL"];

export const rule = resourceRule({
  name: "encryption-gateway-tls",
  area: "encryption",
  description: "A mesh gateway must offer only TLS 1.2 or later, and redirect plain HTTP.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Give each server protocol HTTPS with tls.mode SIMPLE or MUTUAL and tls.minProtocolVersion TLSV1_2, or tls.httpsRedirect true.",
  url: "https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings",
  frameworks: [
    { framework: "cis-eks", clause: "5.4.5" },
    { framework: "ml-lens", clause: "MLSEC-12" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  types: [istio("networking", "Gateway")],
  check: (gateway) =>
    list(gateway.props, "spec.servers").flatMap((server, index) =>
      problems(server).map(
        (problem) => `server ${index + 1} of ${subject(gateway)} must ${problem}`,
      ),
    ),
});

function problems(server: unknown): string[] {
  const protocol = at(server, "port.protocol");
  if (at(server, "tls.httpsRedirect") === true) return [];
  if (!encrypted.includes(protocol))
    return [`have protocol HTTPS or redirect to it, got ${shown(protocol)}`];
  const mode = at(server, "tls.mode") ?? "SIMPLE";
  const minimum = at(server, "tls.minProtocolVersion");
  return [
    ...(terminating.includes(mode)
      ? []
      : [`terminate TLS with mode SIMPLE or MUTUAL, got ${shown(mode)}`]),
    ...(minimums.includes(minimum)
      ? []
      : [`set tls.minProtocolVersion to TLSV1_2 or TLSV1_3, got ${shown(minimum)}`]),
  ];
}
