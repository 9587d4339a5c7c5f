import { groups, type Group } from "../kubernetes/labels";

/** Groups whose members the stack file lists; the one of an emergency has its own role instead. */
export type ListedGroup = Exclude<Group, "breakGlass">;
/** IAM roles in each group. */
export type AccessRoles = Readonly<Record<ListedGroup, readonly string[]>>;

/**
 * One role's way into a cluster: EKS takes one entry for a role, so a role in several groups has
 * them all in it.
 */
export interface RoleAccess {
  readonly roleArn: string;
  readonly groups: readonly string[];
  /** Whether the role administers the whole cluster. */
  readonly administrator: boolean;
}

/**
 * What an administrator may do: everything. Granted to the roles that run `pulumi up`, since no
 * creator is admitted silently.
 */
export const administratorPolicyArn =
  "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy";
/** What a node of EKS Auto Mode may do. */
export const nodePolicyArn = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAutoNodePolicy";

/** Groups of people and programs whose roles a stack file lists. */
export const groupNames: readonly ListedGroup[] = [
  "platformAdmins",
  "mlEngineers",
  "auditors",
  "pipelines",
  "approvers",
  "erasers",
];

/** Merges administrators and groups into one entry for each role, in the order of their names. */
export function roleAccess(
  administratorRoleArns: readonly string[],
  access: AccessRoles,
): RoleAccess[] {
  const roles = new Set([
    ...administratorRoleArns,
    ...groupNames.flatMap((group) => access[group]),
  ]);
  return [...roles].sort().map((roleArn) => ({
    roleArn,
    groups: groupNames
      .filter((group) => access[group].includes(roleArn))
      .map((group) => groups[group]),
    administrator: administratorRoleArns.includes(roleArn),
  }));
}

/**
 * A part of a resource name for a role: its account and its path, so that two roles never share
 * one.
 */
export function roleSlug(roleArn: string): string {
  const [, account = "", path = roleArn] = /^arn:[^:]*:iam::(\d*):role\/(.+)$/.exec(roleArn) ?? [];
  return `${account}-${path}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}
