import { dutyGroups } from "../../duties";
import { iamRoleType, trustOf, type PolicyStatement } from "../../iam";
import { shown, subject } from "../../kubernetes";
import { list, ofType, present, refersTo, text } from "../../resources";
import { stackRule, type ResourceView } from "../../rule";

const entryType = "aws:eks/accessEntry:AccessEntry";
const associationType = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation";
const identityType = "aws:eks/podIdentityAssociation:PodIdentityAssociation";
const administrator =
  /^arn:aws[a-z-]*:eks::aws:cluster-access-policy\/AmazonEKSClusterAdminPolicy$/;

export const rule = stackRule({
  name: "access-cluster-principals",
  area: "access",
  description:
    "Whoever reaches a cluster from IAM must do so as a known group, the pipelines alone as administrators, and a pod as its own role.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "List the role under access in the stack file, which makes its entry; give a service account a role of its own that trusts no other.",
  url: "https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html",
  frameworks: [
    { framework: "cis-eks", clause: "5.5.1" },
    { framework: "ml-lens", clause: "MLSEC-03" },
  ],
  types: [entryType, associationType, identityType],
  parameters: {
    groups: [
      ...["causeway:platform-admins", "causeway:ml-engineers", "causeway:auditors"],
      ...["causeway:pipelines", "causeway:approvers", "causeway:erasers", "causeway:break-glass"],
    ],
  },
  check: (resources, { groups }) => [
    ...ofType(resources, entryType).flatMap((entry) => said(entry, ofEntry(entry, groups))),
    ...ofType(resources, associationType).flatMap((association) =>
      said(association, ofAssociation(resources, association)),
    ),
    ...ofType(resources, identityType).flatMap((identity) =>
      said(identity, ofIdentity(resources, identity)),
    ),
  ],
});

function said(resource: ResourceView, problems: readonly string[]) {
  return problems.map((problem) => ({
    resource,
    message: `${subject(resource)} must ${problem}`,
  }));
}

/** An entry with a user name of its own could call itself `system:admin`. */
function ofEntry({ props }: ResourceView, groups: readonly string[]): string[] {
  const unknown = list(props, "kubernetesGroups").filter(
    (group) => typeof group !== "string" || !groups.includes(group),
  );
  const type = text(props, "type") ?? "STANDARD";
  return [
    ...(present(props, "userName")
      ? ["have the user name that EKS gives, got one of its own"]
      : []),
    ...(unknown.length > 0 ? [`be in known groups alone, got ${shown(unknown)}`] : []),
    ...(["STANDARD", "EC2"].includes(type) ? [] : [`be of type STANDARD or EC2, got ${type}`]),
  ];
}

function ofAssociation(resources: readonly ResourceView[], { props }: ResourceView): string[] {
  const policy = text(props, "policyArn") ?? "";
  if (policy.endsWith("/AmazonEKSAutoNodePolicy")) return [];
  if (!administrator.test(policy))
    return [`give AmazonEKSClusterAdminPolicy or nothing, got ${policy}`];
  const deploys = ofType(resources, entryType).some(
    (entry) =>
      text(entry.props, "principalArn") === text(props, "principalArn") &&
      text(entry.props, "clusterName") === text(props, "clusterName") &&
      list(entry.props, "kubernetesGroups").includes(dutyGroups.deploy),
  );
  return deploys
    ? []
    : [
        `give administration to ${dutyGroups.deploy} alone, got ${text(props, "principalArn") ?? ""}`,
      ];
}

function ofIdentity(resources: readonly ResourceView[], identity: ResourceView): string[] {
  const { props } = identity;
  if (present(props, "targetRoleArn")) return ["assume no further role, got targetRoleArn"];
  const role = ofType(resources, iamRoleType).find((one) => refersTo(identity, "roleArn", one));
  if (role === undefined) return ["have a role of the stack"];
  const tied = trustOf(role).every(
    (statement) =>
      statement.principals.every((one) => one === "Service:pods.eks.amazonaws.com") &&
      demands(statement, "kubernetes-namespace", text(props, "namespace")) &&
      demands(statement, "kubernetes-service-account", text(props, "serviceAccount")),
  );
  return tied
    ? []
    : [
        `have a role that trusts ${text(props, "namespace") ?? ""}/${text(props, "serviceAccount") ?? ""} alone, got ${subject(role)}`,
      ];
}

function demands({ conditions }: PolicyStatement, tag: string, value: string | undefined): boolean {
  return conditions.some(
    ({ operator, key, values }) =>
      operator === "StringEquals" &&
      key === `aws:RequestTag/${tag}` &&
      values.length === 1 &&
      values[0] === value,
  );
}
