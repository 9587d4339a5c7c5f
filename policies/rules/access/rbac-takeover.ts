import { rbacRules, roleTypes, type RbacRule } from "../../kubernetes";
import { resourceRule } from "../../rule";

const writing = ["create", "update", "patch", "delete", "deletecollection"];

/** Rights by which their holder becomes somebody else, or takes a guard of the cluster away. */
const takeovers: readonly {
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}[] = [
  { group: "", resources: ["serviceaccounts/token"], verbs: ["create"] },
  { group: "", resources: ["secrets"], verbs: ["create", "update", "patch"] },
  // A label of a namespace switches its pod security off.
  { group: "", resources: ["namespaces", "namespaces/finalize"], verbs: ["update", "patch"] },
  {
    group: "admissionregistration.k8s.io",
    resources: [
      "mutatingwebhookconfigurations",
      "validatingwebhookconfigurations",
      "validatingadmissionpolicies",
      "validatingadmissionpolicybindings",
      "mutatingadmissionpolicies",
      "mutatingadmissionpolicybindings",
    ],
    verbs: writing,
  },
  {
    group: "certificates.k8s.io",
    resources: ["certificatesigningrequests/approval", "certificatesigningrequests/status"],
    verbs: ["update", "patch"],
  },
  { group: "certificates.k8s.io", resources: ["signers"], verbs: ["approve", "sign"] },
  { group: "apiregistration.k8s.io", resources: ["apiservices"], verbs: writing },
  { group: "apiextensions.k8s.io", resources: ["customresourcedefinitions"], verbs: writing },
  {
    group: "rbac.authorization.k8s.io",
    resources: ["roles", "clusterroles", "rolebindings", "clusterrolebindings"],
    verbs: ["update", "patch", "delete", "deletecollection"],
  },
];

export const rule = resourceRule({
  name: "access-rbac-takeover",
  area: "access",
  description:
    "A Kubernetes role must not let its holder make identities, or change what guards the cluster.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Drop the right: the program alone changes roles, admission, APIs and labels of namespaces, and pods get tokens by themselves.",
  url: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks",
  frameworks: [
    { framework: "cis-eks", clause: "4.1.8" },
    { framework: "ml-lens", clause: "MLSEC-03" },
  ],
  types: roleTypes,
  check: (role) =>
    rbacRules(role).flatMap((rule) => {
      const found = takeovers.flatMap((takeover) => grantedBy(rule, takeover));
      return found.length === 0 ? [] : [`${rule.label} must not grant ${found.join(", ")}`];
    }),
});

function grantedBy(
  { apiGroups, resources, verbs, resourceNames }: RbacRule,
  takeover: (typeof takeovers)[number],
): string[] {
  // Of an object that is named, its owner may keep a copy: a controller renews its own certificate.
  const named = resourceNames.length > 0 && takeover.resources.includes("secrets");
  if (named || !(apiGroups.includes(takeover.group) || apiGroups.includes("*"))) return [];
  const held = takeover.verbs.filter((verb) => verbs.includes(verb) || verbs.includes("*"));
  const over = takeover.resources.filter((name) => resources.includes(name));
  return held.length === 0 ? [] : over.map((name) => `${held.join(", ")} of ${name}`);
}
