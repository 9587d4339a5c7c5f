import { rule as anonymous } from "../../../../policies/rules/access/binding-anonymous";
import { rule as clusterAdmin } from "../../../../policies/rules/access/binding-cluster-admin";
import { rule as defaultAccount } from "../../../../policies/rules/access/binding-default-account";
import { rule as escalation } from "../../../../policies/rules/access/rbac-escalation";
import { rule as exec } from "../../../../policies/rules/access/rbac-exec";
import { rule as secrets } from "../../../../policies/rules/access/rbac-secrets";
import { rule as wildcard } from "../../../../policies/rules/access/rbac-wildcard";
import { rule as token } from "../../../../policies/rules/access/service-account-token";
import { clusterRole, roleBinding, serviceAccount } from "../../../support/baselines/platform";
import { ruleSuite, set, unset, type Props } from "../../../support/rule-suite";

const adding = (good: Props, rule: Props) => ({ ...good, rules: [...clusterRole.rules, rule] });
const granting = (resources: string[], verbs: string[], more: Props = {}) => ({
  apiGroups: [""],
  resources,
  verbs,
  ...more,
});

for (const kind of ["ClusterRole", "Role"]) {
  const type = `kubernetes:rbac.authorization.k8s.io/v1:${kind}`;
  ruleSuite(wildcard, {
    type,
    good: clusterRole,
    deviations: {
      "every verb": (good) => ({
        deviant: adding(good, granting(["pods"], ["*"])),
        message: new RegExp(
          `^rule 2 of ${kind} "causeway-auditors" must list its verbs, got "\\*"$`,
        ),
      }),
      "every resource": (good) => adding(good, granting(["*"], ["get"])),
      "every subresource": (good) => adding(good, granting(["*/scale"], ["get"])),
      "every API group": (good) =>
        adding(good, { ...granting(["jobs"], ["get"]), apiGroups: ["*"] }),
    },
    configured: [
      {
        title: "a role that the configuration exempts",
        parameters: { exemptRoles: ["causeway-auditors"] },
        subject: (good) => adding(good, granting(["*"], ["*"])),
        fires: false,
      },
    ],
  });
  ruleSuite(secrets, {
    type,
    good: clusterRole,
    deviations: {
      "reading every secret": (good) => ({
        deviant: adding(good, granting(["configmaps", "secrets"], ["get", "list"])),
        message: /must not get, list secrets$/,
      }),
      "listing, which names do not limit": (good) =>
        adding(good, granting(["secrets"], ["list"], { resourceNames: ["one"] })),
    },
    configured: [
      {
        title: "a role that the configuration exempts",
        parameters: { exemptRoles: ["causeway-auditors"] },
        subject: (good) => adding(good, granting(["secrets"], ["list"])),
        fires: false,
      },
      {
        title: "one secret by name",
        parameters: {},
        subject: (good) => adding(good, granting(["secrets"], ["get"], { resourceNames: ["one"] })),
        fires: false,
      },
    ],
  });
  ruleSuite(exec, {
    type,
    good: clusterRole,
    deviations: {
      "a shell": (good) => ({
        deviant: adding(good, granting(["pods/exec"], ["create"])),
        message: /must not grant pods\/exec$/,
      }),
      "the kubelet": (good) => adding(good, granting(["nodes/proxy"], ["get"])),
    },
  });
  ruleSuite(escalation, {
    type,
    good: clusterRole,
    deviations: {
      ...Object.fromEntries(
        ["escalate", "bind", "impersonate"].map((verb) => [
          verb,
          (good: Props) => ({
            deviant: adding(good, granting(["clusterroles"], ["get", verb])),
            message: new RegExp(`must not grant ${verb}$`),
          }),
        ]),
      ),
      "binding a role that is not for emergencies": (good) =>
        adding(
          good,
          granting(["clusterroles"], ["bind"], {
            resourceNames: ["causeway-break-glass", "admin"],
          }),
        ),
      "escalating the role of an emergency": (good) =>
        adding(
          good,
          granting(["clusterroles"], ["escalate"], { resourceNames: ["causeway-break-glass"] }),
        ),
    },
    configured: [
      {
        title: "binding the role of an emergency by its name",
        parameters: {},
        subject: (good) =>
          adding(
            good,
            granting(["clusterroles"], ["bind"], { resourceNames: ["causeway-break-glass"] }),
          ),
        fires: false,
      },
      {
        title: "binding it where nothing may be bound",
        parameters: { bindable: [] },
        subject: (good) =>
          adding(
            good,
            granting(["clusterroles"], ["bind"], { resourceNames: ["causeway-break-glass"] }),
          ),
        fires: true,
      },
    ],
  });
}

const naming = (good: Props, name: string, kind = "Group") =>
  set(good, "subjects", [{ kind, name }]);
for (const kind of ["RoleBinding", "ClusterRoleBinding"]) {
  const type = `kubernetes:rbac.authorization.k8s.io/v1:${kind}`;
  ruleSuite(clusterAdmin, {
    type,
    good: roleBinding,
    deviations: {
      "cluster-admin": (good) => ({
        deviant: set(good, "roleRef.name", "cluster-admin"),
        message: new RegExp(`^${kind} "auditors" must not bind cluster-admin$`),
      }),
      "system:masters": (good) => naming(good, "system:masters"),
    },
  });
  ruleSuite(anonymous, {
    type,
    good: roleBinding,
    deviations: {
      "who is not logged in": (good) => ({
        deviant: naming(good, "system:anonymous", "User"),
        message: /must not bind to system:anonymous$/,
      }),
      "who is logged in": (good) => naming(good, "system:authenticated"),
    },
  });
  ruleSuite(defaultAccount, {
    type,
    good: roleBinding,
    deviations: {
      "a default service account": (good) => ({
        deviant: naming(good, "default", "ServiceAccount"),
        message: /must not bind to a default service account$/,
      }),
    },
  });
}

const type = "kubernetes:core/v1:ServiceAccount";
ruleSuite(token, {
  type,
  good: serviceAccount,
  deviations: {
    "a token for every pod": (good) => ({
      deviant: set(good, "automountServiceAccountToken", true),
      message:
        /^ServiceAccount "loan-approval" must set automountServiceAccountToken to false or say why in the annotation causeway.dev\/api-token, got true$/,
    }),
    "Kubernetes's default": (good) => unset(good, "automountServiceAccountToken"),
    "an empty reason": (good) =>
      set(unset(good, "automountServiceAccountToken"), "metadata.annotations", {
        "causeway.dev/api-token": "",
      }),
  },
  configured: [
    {
      title: "a reason under another annotation",
      parameters: { reasonAnnotation: "example.com/why" },
      subject: (good) =>
        set(unset(good, "automountServiceAccountToken"), "metadata.annotations", {
          "example.com/why": "creates pods",
        }),
      fires: false,
    },
  ],
});
