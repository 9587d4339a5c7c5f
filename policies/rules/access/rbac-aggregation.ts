import { subject } from "../../kubernetes";
import { list, present, record } from "../../resources";
import { resourceRule } from "../../rule";

const aggregates = "rbac.authorization.k8s.io/aggregate-to-";

export const rule = resourceRule({
  name: "access-rbac-aggregation",
  area: "access",
  description:
    "A ClusterRole must list its own rules, and add none to the roles that come with Kubernetes.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Write the rules where they are granted: drop aggregationRule, and the labels that give rules to admin, edit or another role.",
  url: "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles",
  frameworks: [{ framework: "cis-eks", clause: "4.1.8" }],
  types: ["kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"],
  // What reads alone may be added to the role that reads.
  parameters: { allowed: ["view"] },
  check: (role, { allowed }) => {
    const selected = list(role.props, "aggregationRule.clusterRoleSelectors").length > 0;
    const gathers = selected || present(role.props, "aggregationRule");
    const given = Object.keys(record(role.props, "metadata.labels"))
      .filter((key) => key.startsWith(aggregates))
      .map((key) => key.slice(aggregates.length))
      .filter((name) => !allowed.includes(name));
    return [
      ...(gathers ? [`${subject(role)} must list its rules, got an aggregationRule`] : []),
      ...given.map((name) => `${subject(role)} must not add its rules to the ClusterRole ${name}`),
    ];
  },
});
