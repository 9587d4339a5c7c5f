import { dutyGroups as groupOf, nameOf, type Duty } from "../../policies/duties";
import {
  allowances,
  conditionsOf,
  trustOf,
  type Allowance,
  type PolicyStatement,
} from "../../policies/iam";
import { ofType, refersTo, list, text } from "../../policies/resources";
import type { ResourceView } from "../../policies/rule";

/** One answer to "who can": somebody, by which way, under which condition. */
export interface Way {
  readonly who: string;
  readonly through: string;
  readonly condition: string;
}

/**
 * Who may call an action of AWS on a resource: whoever may assume a role that allows it, and the
 * pods that hold one.
 */
export function inAws(resources: readonly ResourceView[], action: string, target: string): Way[] {
  return distinct(
    allowances(resources, action, target).flatMap((allowance) =>
      waysOf(resources, allowance, action),
    ),
  );
}

/** Who acts by an allowance: whoever may assume its role with the tags that it asks for. */
export function waysOf(
  resources: readonly ResourceView[],
  { role, byTag, conditions }: Allowance,
  action: string,
): Way[] {
  const asked = (tag: string) => byTag.some((key) => tag.startsWith(`${key} `));
  return callersOf(resources, { role })
    .filter(({ tags }) => byTag.every((key) => tags.some((tag) => tag.startsWith(`${key} `))))
    .map(({ who, condition, tags }) => ({
      who,
      through: `IAM role \`${nameOf(role)}\`, ${action}`,
      condition:
        [...condition, ...conditions, ...tags.filter(asked)].map(inWords).join("; ") || "none",
    }));
}

/**
 * Who assumes a role, each with the conditions of the trust and the session tags that it lets them
 * take.
 */
export function callersOf(
  resources: readonly ResourceView[],
  { role }: Pick<Allowance, "role">,
): {
  readonly who: string;
  readonly condition: readonly string[];
  readonly tags: readonly string[];
}[] {
  const pods = ofType(resources, "aws:eks/podIdentityAssociation:PodIdentityAssociation").filter(
    (association) => refersTo(association, "roleArn", role),
  );
  const trust = trustOf(role);
  return trust
    .filter(({ actions }) => actions.some((action) => action !== "sts:TagSession"))
    .flatMap((statement) =>
      statement.principals.flatMap((principal) => {
        if (principal === "Service:pods.eks.amazonaws.com")
          return pods.map(({ props }) => ({
            who: `pods of \`${text(props, "namespace") ?? ""}/${text(props, "serviceAccount") ?? ""}\``,
            condition: [],
            tags: [],
          }));
        const [kind = "", ...rest] = principal.split(":");
        return [
          {
            who:
              kind === "Service"
                ? `the service ${rest.join(":")}`
                : `\`${lastPart(rest.join(":"))}\``,
            condition: conditionsOf(statement),
            tags: tagsOf(trust, principal),
          },
        ];
      }),
    );
}

/** Session tags that a principal may take with a role, such as `approval-role ethics-board`. */
function tagsOf(trust: readonly PolicyStatement[], principal: string): string[] {
  const tagging = trust.filter(
    ({ actions, principals }) =>
      actions.includes("sts:TagSession") && principals.includes(principal),
  );
  return tagging.flatMap(({ conditions }) =>
    conditions
      .filter(
        ({ operator, key }) => operator === "StringEquals" && key.startsWith("aws:RequestTag/"),
      )
      .flatMap(({ key, values }) =>
        values.map((value) => `${key.slice("aws:RequestTag/".length)} ${value}`),
      ),
  );
}

/** Groups and service accounts to which RBAC gives a verb on a resource in a namespace. */
export function inCluster(
  resources: readonly ResourceView[],
  verb: string,
  group: string,
  resource: string,
  namespace: string,
): string[] {
  const api = "kubernetes:rbac.authorization.k8s.io/v1";
  const grants = (role: ResourceView | undefined) =>
    list(role?.props, "rules").some(
      (rule) =>
        list(rule, "verbs").includes(verb) &&
        list(rule, "apiGroups").includes(group) &&
        list(rule, "resources").includes(resource),
    );
  const bindings = [
    ...ofType(resources, `${api}:RoleBinding`).filter(
      ({ props }) => text(props, "metadata.namespace") === namespace,
    ),
    ...ofType(resources, `${api}:ClusterRoleBinding`),
  ];
  const found = bindings.flatMap(({ props }) => {
    const kind = text(props, "roleRef.kind") ?? "";
    const roles = ofType(resources, `${api}:${kind}`).filter(
      (role) =>
        text(role.props, "metadata.name") === text(props, "roleRef.name") &&
        (kind === "ClusterRole" || text(role.props, "metadata.namespace") === namespace),
    );
    return roles.some((role) => grants(role))
      ? list(props, "subjects").map((subject) =>
          text(subject, "kind") === "ServiceAccount"
            ? `${text(subject, "namespace") ?? ""}/${text(subject, "name") ?? ""}`
            : (text(subject, "name") ?? ""),
        )
      : [];
  });
  return [...new Set(found)].sort();
}

/** Access entries of a group, with their administrators' policy where they have one. */
export function membersOf(resources: readonly ResourceView[], group: string): string[] {
  const entries = ofType(resources, "aws:eks/accessEntry:AccessEntry").filter(({ props }) =>
    list(props, "kubernetesGroups").includes(group),
  );
  return [
    ...new Set(entries.map(({ props }) => `\`${lastPart(text(props, "principalArn") ?? "")}\``)),
  ];
}

/** Ways of Kubernetes to a duty: RBAC names the group, and admission lets no other do it. */
export function byDuty(
  resources: readonly ResourceView[],
  duty: Duty,
  through: string,
  condition: string,
): Way[] {
  return membersOf(resources, groupOf[duty]).map((who) => ({
    who,
    through: `Kubernetes group \`${groupOf[duty]}\`, ${through}`,
    condition,
  }));
}

function lastPart(arn: string): string {
  return arn.includes(":role/") ? arn.slice(arn.lastIndexOf("/") + 1) : arn;
}

const words: readonly (readonly [RegExp, string])[] = [
  [/^aws:MultiFactorAuthPresent is true$/, "with a second factor"],
  [/^aws:RequestedRegion is .*$/, "through the stack's regions, where every use is alarmed"],
  [/^kms:ViaService is s3\..*$/, "through S3"],
  [/^aws:SourceAccount is \d+$/, "from this account"],
];

function inWords(condition: string): string {
  return words.reduce((text, [pattern, said]) => text.replace(pattern, said), condition);
}

/** Each way once, in the order of who and through what. */
export function distinct(ways: readonly Way[]): Way[] {
  return [...new Map(ways.map((way) => [JSON.stringify(way), way])).values()].sort((a, b) =>
    a.who + a.through < b.who + b.through ? -1 : 1,
  );
}
