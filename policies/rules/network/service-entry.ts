import { shown, subject } from "../../kubernetes";
import { at, list } from "../../resources";
import { resourceRule } from "../../rule";
import { isWide } from "../../blocks";

export const rule = resourceRule({
  name: "network-service-entry",
  area: "network",
  description: "A ServiceEntry must name the hosts outside that pods may call.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "List full host names, with resolution DNS, and no block of addresses.",
  url: "https://istio.io/latest/docs/reference/config/networking/service-entry/",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-09" }],
  types: ["kubernetes:networking.istio.io/v1:ServiceEntry"],
  check: (entry) => {
    const hosts = list(entry.props, "spec.hosts");
    const open = hosts.length === 0 || hosts.some((host) => String(host).includes("*"));
    const wide = list(entry.props, "spec.addresses").filter((block) => isWide(String(block)));
    return [
      ...(open ? [`${subject(entry)} must name its hosts, got ${shown(hosts)}`] : []),
      ...wide.map((block) => `${subject(entry)} must not answer for ${String(block)}`),
      ...(at(entry.props, "spec.resolution") === "NONE"
        ? [`${subject(entry)} must resolve its hosts by DNS or be STATIC, got NONE`]
        : []),
    ];
  },
});
