import { istio, shown, subject } from "../../kubernetes";
import { list } from "../../resources";
import { resourceRule } from "../../rule";

export const rule = resourceRule({
  name: "network-virtual-service-hosts",
  area: "network",
  description: "A virtual service must name its hosts, or it would take the requests of others.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "List full host names in spec.hosts.",
  url: "https://istio.io/latest/docs/reference/config/networking/virtual-service/",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-12" }],
  types: [istio("networking", "VirtualService")],
  check: (service) => {
    const hosts = list(service.props, "spec.hosts");
    return hosts.length > 0 && !hosts.includes("*")
      ? []
      : [`${subject(service)} must name its hosts, got ${shown(hosts)}`];
  },
});
