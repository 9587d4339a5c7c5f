import { istio, shown, subject } from "../../kubernetes";
import { list } from "../../resources";
import { resourceRule } from "../../rule";

export const rule = resourceRule({
  name: "network-gateway-hosts",
  area: "network",
  description: "A mesh gateway must name the hosts that it answers for.",
  severity: "medium",
  enforcement: "mandatory",
  remediation:
    "List host names in the hosts of each server; a wildcard such as *.models.example.com is fine, * is not.",
  url: "https://istio.io/latest/docs/reference/config/networking/gateway/",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-12" }],
  types: [istio("networking", "Gateway")],
  check: (gateway) =>
    list(gateway.props, "spec.servers").flatMap((server, index) => {
      const hosts = list(server, "hosts");
      const open =
        hosts.length === 0 ||
        hosts.some((host) => typeof host === "string" && (host === "*" || host.endsWith("/*")));
      return open
        ? [`server ${index + 1} of ${subject(gateway)} must name its hosts, got ${shown(hosts)}`]
        : [];
    }),
});
