import { rule as apparmor } from "../../../../policies/rules/workloads/pod-apparmor";
import { rule as capabilities } from "../../../../policies/rules/workloads/pod-capabilities-baseline";
import { rule as hostNamespaces } from "../../../../policies/rules/workloads/pod-host-namespaces";
import { rule as hostPath } from "../../../../policies/rules/workloads/pod-host-path";
import { rule as hostPorts } from "../../../../policies/rules/workloads/pod-host-ports";
import { rule as hostProbes } from "../../../../policies/rules/workloads/pod-host-probes";
import { rule as hostProcess } from "../../../../policies/rules/workloads/pod-host-process";
import { rule as privileged } from "../../../../policies/rules/workloads/pod-privileged";
import { rule as procMount } from "../../../../policies/rules/workloads/pod-proc-mount";
import { rule as seccomp } from "../../../../policies/rules/workloads/pod-seccomp-unconfined";
import { rule as selinux } from "../../../../policies/rules/workloads/pod-selinux";
import { rule as sysctls } from "../../../../policies/rules/workloads/pod-sysctls";
import { ruleSuite, set } from "../../../support/rule-suite";
import { goodDeployment } from "./good";

const type = "kubernetes:apps/v1:Deployment";
const good = goodDeployment();
const pod = "spec.template.spec";
const container = `${pod}.containers.0`;
const init = `${pod}.initContainers.0`;

ruleSuite(hostProcess, {
  type,
  good,
  deviations: {
    "a pod": (g) => ({
      deviant: set(g, `${pod}.securityContext.windowsOptions`, { hostProcess: true }),
      message:
        /Deployment "scorer" must not set securityContext.windowsOptions.hostProcess, got true/,
    }),
    "a container": (g) =>
      set(g, `${container}.securityContext.windowsOptions`, { hostProcess: true }),
  },
});

ruleSuite(hostNamespaces, {
  type,
  good,
  deviations: Object.fromEntries(
    ["hostNetwork", "hostPID", "hostIPC"].map((field) => [
      field,
      (g) => ({
        deviant: set(g, `${pod}.${field}`, true),
        message: new RegExp(`must not set ${field}, got true`),
      }),
    ]),
  ),
});

ruleSuite(privileged, {
  type,
  good,
  deviations: {
    "a container": (g) => ({
      deviant: set(g, `${container}.securityContext.privileged`, true),
      message:
        /container "server" of Deployment "scorer" must not set securityContext.privileged, got true/,
    }),
    "an init container": (g) => set(g, `${init}.securityContext.privileged`, true),
  },
});

ruleSuite(capabilities, {
  type,
  good,
  deviations: {
    SYS_ADMIN: (g) => ({
      deviant: set(g, `${container}.securityContext.capabilities.add`, ["SYS_ADMIN"]),
      message: /must not add the capability SYS_ADMIN, allowed: AUDIT_WRITE, /,
    }),
  },
});

ruleSuite(hostPath, {
  type,
  good,
  deviations: {
    "a path of the node": (g) => ({
      deviant: set(g, `${pod}.volumes.0`, { name: "root", hostPath: { path: "/" } }),
      message: /must not mount a hostPath, got \/ in volume "root"/,
    }),
  },
});

ruleSuite(hostPorts, {
  type,
  good,
  deviations: {
    "a port of the node": (g) => ({
      deviant: set(g, `${container}.ports.0.hostPort`, 80),
      message: /must not open a hostPort, got 80/,
    }),
  },
});

ruleSuite(hostProbes, {
  type,
  good,
  deviations: {
    "a probe of another host": (g) => ({
      deviant: set(g, `${container}.livenessProbe.httpGet.host`, "10.0.0.1"),
      message: /must not set livenessProbe.httpGet.host, got 10.0.0.1/,
    }),
    "a hook to another host": (g) =>
      set(g, `${container}.lifecycle.preStop`, { tcpSocket: { host: "example.com", port: 1 } }),
  },
});

ruleSuite(apparmor, {
  type,
  good,
  deviations: {
    "an unconfined pod": (g) => ({
      deviant: set(g, `${pod}.securityContext.appArmorProfile`, { type: "Unconfined" }),
      message: /must set appArmorProfile.type to RuntimeDefault or Localhost, got Unconfined/,
    }),
    "an unconfined container by annotation": (g) =>
      set(g, "spec.template.metadata.annotations", {
        "container.apparmor.security.beta.kubernetes.io/server": "unconfined",
      }),
  },
});

ruleSuite(selinux, {
  type,
  good,
  deviations: {
    "a user": (g) => ({
      deviant: set(g, `${pod}.securityContext.seLinuxOptions`, { user: "system_u" }),
      message: /must not set seLinuxOptions.user, got system_u/,
    }),
    "a role": (g) => set(g, `${container}.securityContext.seLinuxOptions`, { role: "sysadm_r" }),
    "a type of no container": (g) => ({
      deviant: set(g, `${pod}.securityContext.seLinuxOptions`, { type: "unconfined_t" }),
      message: /must set seLinuxOptions.type to one of container_t, .*, got unconfined_t/,
    }),
  },
});

ruleSuite(procMount, {
  type,
  good,
  deviations: {
    "an unmasked /proc": (g) => ({
      deviant: set(g, `${container}.securityContext.procMount`, "Unmasked"),
      message: /must leave securityContext.procMount at Default, got Unmasked/,
    }),
  },
});

ruleSuite(seccomp, {
  type,
  good,
  deviations: {
    "an unconfined pod": (g) => ({
      deviant: set(g, `${pod}.securityContext.seccompProfile.type`, "Unconfined"),
      message: /must set seccompProfile.type to RuntimeDefault or Localhost, got Unconfined/,
    }),
    "an unconfined init container": (g) =>
      set(g, `${init}.securityContext.seccompProfile`, { type: "Unconfined" }),
  },
});

ruleSuite(sysctls, {
  type,
  good,
  deviations: {
    "a parameter of the node": (g) => ({
      deviant: set(g, `${pod}.securityContext.sysctls`, [
        { name: "kernel.msgmax", value: "65536" },
      ]),
      message: /must not set the kernel parameter kernel.msgmax, allowed: /,
    }),
  },
});
