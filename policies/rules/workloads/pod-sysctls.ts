import { list, text } from "../../resources";
import { resourceRule } from "../../rule";
import { podTypes } from "../../pod-shapes";
import { eachPod, standardsUrl } from "../../pods";

const safe = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
];

export const rule = resourceRule({
  name: "workloads-pod-sysctls",
  area: "workloads",
  description: "Pods must set only kernel parameters that stay inside the pod.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Remove the entry from securityContext.sysctls.",
  url: standardsUrl,
  frameworks: [{ framework: "pod-security", clause: "Baseline: Sysctls" }],
  types: podTypes,
  check: (resource) =>
    eachPod(resource, (pod) =>
      list(pod.spec, "securityContext.sysctls").flatMap((entry) => {
        const name = text(entry, "name") ?? "";
        return safe.includes(name)
          ? []
          : [`not set the kernel parameter ${name}, allowed: ${safe.join(", ")}`];
      }),
    ),
});
