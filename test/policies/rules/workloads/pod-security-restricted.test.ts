import { rule as capabilities } from "../../../../policies/rules/workloads/pod-capabilities";
import { rule as escalation } from "../../../../policies/rules/workloads/pod-privilege-escalation";
import { rule as nonRoot } from "../../../../policies/rules/workloads/pod-run-as-non-root";
import { rule as user } from "../../../../policies/rules/workloads/pod-run-as-user";
import { rule as seccomp } from "../../../../policies/rules/workloads/pod-seccomp";
import { rule as volumes } from "../../../../policies/rules/workloads/pod-volume-types";
import { ruleSuite, set, unset } from "../../../support/rule-suite";
import { goodDeployment } from "./good";

const type = "kubernetes:apps/v1:Deployment";
const good = goodDeployment();
const pod = "spec.template.spec";
const container = `${pod}.containers.0`;

ruleSuite(volumes, {
  type,
  good,
  deviations: {
    "an NFS volume": (g) => ({
      deviant: set(g, `${pod}.volumes.0`, {
        name: "share",
        nfs: { server: "10.0.0.1", path: "/" },
      }),
      message: /must not mount a volume of type nfs, got one in "share"/,
    }),
  },
});

ruleSuite(escalation, {
  type,
  good,
  deviations: {
    nothing: (g) => ({
      deviant: unset(g, `${container}.securityContext.allowPrivilegeEscalation`),
      message: /must set securityContext.allowPrivilegeEscalation to false, got nothing/,
    }),
    escalation: (g) => set(g, `${container}.securityContext.allowPrivilegeEscalation`, true),
  },
});

ruleSuite(nonRoot, {
  type,
  good,
  deviations: {
    nothing: (g) => ({
      deviant: unset(g, `${pod}.securityContext.runAsNonRoot`),
      message: /must set securityContext.runAsNonRoot to true, got nothing/,
    }),
    "a container that differs": (g) => set(g, `${container}.securityContext.runAsNonRoot`, false),
  },
});

ruleSuite(user, {
  type,
  good,
  deviations: {
    "root as the pod's user": (g) => ({
      deviant: set(g, `${pod}.securityContext.runAsUser`, 0),
      message:
        /Deployment "scorer" must set securityContext.runAsUser to a user other than root, got 0/,
    }),
    "root as a container's user": (g) => set(g, `${container}.securityContext.runAsUser`, 0),
  },
});

ruleSuite(seccomp, {
  type,
  good,
  deviations: {
    "no profile": (g) => ({
      deviant: unset(g, `${pod}.securityContext.seccompProfile`),
      message:
        /must set securityContext.seccompProfile.type to RuntimeDefault or Localhost, got nothing/,
    }),
  },
});

ruleSuite(capabilities, {
  type,
  good,
  deviations: {
    "kept capabilities": (g) => ({
      deviant: set(g, `${container}.securityContext.capabilities`, { drop: ["NET_RAW"] }),
      message: /must drop ALL capabilities, got NET_RAW/,
    }),
    "a capability that only the baseline allows": (g) => ({
      deviant: set(g, `${container}.securityContext.capabilities.add`, ["CHOWN"]),
      message: /must not add the capability CHOWN, allowed: NET_BIND_SERVICE/,
    }),
  },
});

describe(capabilities.name, () => {
  it("lets a server bind a low port", () => {
    const props = set(good, `${container}.securityContext.capabilities.add`, ["NET_BIND_SERVICE"]);
    expect(capabilities.check({ type, name: "scorer", props }, {})).toEqual([]);
  });
});
