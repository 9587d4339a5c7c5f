import type { Rule } from "../../rule";
import { rule as namespaceLimitRange } from "./namespace-limit-range";
import { rule as namespacePodSecurity } from "./namespace-pod-security";
import { rule as namespaceQuota } from "./namespace-quota";
import { rule as podApparmor } from "./pod-apparmor";
import { rule as podAutomountToken } from "./pod-automount-token";
import { rule as podBare } from "./pod-bare";
import { rule as podCapabilities } from "./pod-capabilities";
import { rule as podCapabilitiesBaseline } from "./pod-capabilities-baseline";
import { rule as podHostNamespaces } from "./pod-host-namespaces";
import { rule as podHostPath } from "./pod-host-path";
import { rule as podHostPorts } from "./pod-host-ports";
import { rule as podHostProbes } from "./pod-host-probes";
import { rule as podHostProcess } from "./pod-host-process";
import { rule as podImageDigest } from "./pod-image-digest";
import { rule as podImageLatest } from "./pod-image-latest";
import { rule as podImageRegistry } from "./pod-image-registry";
import { rule as podLimits } from "./pod-limits";
import { rule as podNamespace } from "./pod-namespace";
import { rule as podPrivilegeEscalation } from "./pod-privilege-escalation";
import { rule as podPrivileged } from "./pod-privileged";
import { rule as podProbes } from "./pod-probes";
import { rule as podProcMount } from "./pod-proc-mount";
import { rule as podReadOnlyRoot } from "./pod-read-only-root";
import { rule as podRequests } from "./pod-requests";
import { rule as podRunAsNonRoot } from "./pod-run-as-non-root";
import { rule as podRunAsUser } from "./pod-run-as-user";
import { rule as podSeccomp } from "./pod-seccomp";
import { rule as podSeccompUnconfined } from "./pod-seccomp-unconfined";
import { rule as podSelinux } from "./pod-selinux";
import { rule as podServiceAccount } from "./pod-service-account";
import { rule as podSysctls } from "./pod-sysctls";
import { rule as podVolumeTypes } from "./pod-volume-types";
import { rule as releaseCatalogue } from "./release-catalogue";
import { rule as sensorReference } from "./sensor-reference";
import { rule as workflowConcurrency } from "./workflow-concurrency";
import { rule as workflowDeadline } from "./workflow-deadline";
import { rule as workflowRetries } from "./workflow-retries";

/** Every rule of the area workloads. */
export const rules: readonly Rule[] = [
  namespaceLimitRange,
  namespacePodSecurity,
  namespaceQuota,
  podApparmor,
  podAutomountToken,
  podBare,
  podCapabilities,
  podCapabilitiesBaseline,
  podHostNamespaces,
  podHostPath,
  podHostPorts,
  podHostProbes,
  podHostProcess,
  podImageDigest,
  podImageLatest,
  podImageRegistry,
  podLimits,
  podNamespace,
  podPrivilegeEscalation,
  podPrivileged,
  podProbes,
  podProcMount,
  podReadOnlyRoot,
  podRequests,
  podRunAsNonRoot,
  podRunAsUser,
  podSeccomp,
  podSeccompUnconfined,
  podSelinux,
  podServiceAccount,
  podSysctls,
  podVolumeTypes,
  releaseCatalogue,
  sensorReference,
  workflowConcurrency,
  workflowDeadline,
  workflowRetries,
];
