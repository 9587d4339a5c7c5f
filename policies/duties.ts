import { iamRoleType, ownAllowances, trustOf } from "./iam";
import { ofType, list, text } from "./resources";
import type { ResourceView } from "./rule";

/** What nobody may be able to do two of alone. */
export const duties = ["deploy", "approve", "erase"] as const;
export type Duty = (typeof duties)[number];

/**
 * Kubernetes groups by their duty. What the groups' roles share, such as patching a Rollout,
 * admission divides among them.
 */
export const dutyGroups = {
  deploy: "causeway:pipelines",
  approve: "causeway:approvers",
  erase: "causeway:erasers",
} as const satisfies Record<Duty, string>;

/** Policies of admission that keep the duties apart in a cluster, and what ends an elevation. */
export const admissionNames = [
  "causeway-what-runs",
  "causeway-approval",
  "causeway-carried-approval",
  "causeway-routes",
  "causeway-workflows",
  "causeway-elevation",
  "causeway-elevation-timer",
  "causeway-promotion",
  "causeway-port-forward",
] as const;

/**
 * Service accounts whose pods hold a duty: they patch Rollouts, take them out of their pause, or
 * delete the lines of a subject. What ends a pause lets a release through to all requests; it must
 * not be able to write the approvals that it reads.
 */
const dutyAccounts: Readonly<Record<string, Duty>> = {
  "release-resumer": "deploy",
  "retraining-promoter": "deploy",
  "causeway-erase": "erase",
};
/**
 * An order by which a region erases a subject
 * (services/training/causeway_training/erasing/orders.py).
 */
const erasureOrder = "erasures/orders/eu-central-1/1.json";

const clusterAdmin = "AmazonEKSClusterAdminPolicy";

/** One way in which an identity has a duty. */
export interface DutyOf {
  /** ARN of an IAM role of the account or of the stack. */
  readonly principal: string;
  readonly duty: Duty;
  /** By what, e.g. `group causeway:pipelines`. */
  readonly by: string;
}

/**
 * Everybody who may deploy, approve or erase, through the API of Kubernetes or of AWS, as the stack
 * would be created, and whose boundary alone keeps them from it.
 */
export function dutyHolders(resources: readonly ResourceView[]): DutyOf[] {
  return distinct([...inClusters(resources), ...throughRoles(resources)]);
}

function inClusters(resources: readonly ResourceView[]): DutyOf[] {
  const entries = ofType(resources, "aws:eks/accessEntry:AccessEntry").flatMap(({ props }) =>
    duties
      .filter((duty) => list(props, "kubernetesGroups").includes(dutyGroups[duty]))
      .map((duty) => ({
        principal: text(props, "principalArn") ?? "",
        duty,
        by: `Kubernetes group ${dutyGroups[duty]}`,
      })),
  );
  const administrators = ofType(
    resources,
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
  )
    .filter(({ props }) => (text(props, "policyArn") ?? "").endsWith(`/${clusterAdmin}`))
    .map(({ props }) => ({
      principal: text(props, "principalArn") ?? "",
      duty: "deploy" as const,
      by: `${clusterAdmin}: runs pulumi up`,
    }));
  return [...entries, ...administrators];
}

/** Roles of the stack whose policies reach what a duty takes, and whoever may assume them. */
function throughRoles(resources: readonly ResourceView[]): DutyOf[] {
  const deploys = ofType(resources, "aws:ecr/repository:Repository").flatMap((repository) =>
    holders(resources, "ecr:PutImage", arnOf(repository)),
  );
  const audit = ofType(resources, "aws:s3/bucket:Bucket").filter(({ props }) =>
    (text(props, "bucket") ?? "").includes("-audit-"),
  );
  const approves = audit.flatMap(({ props }) =>
    holders(
      resources,
      "s3:PutObject",
      `arn:aws:s3:::${text(props, "bucket") ?? ""}/approvals/model-risk/1.json`,
    ),
  );
  const data = ofType(resources, "aws:s3/bucket:Bucket").filter(({ props }) =>
    (text(props, "bucket") ?? "").includes("-data-"),
  );
  const erases = data.flatMap(({ props }) =>
    holders(
      resources,
      "s3:DeleteObject",
      `arn:aws:s3:::${text(props, "bucket") ?? ""}/lake/1.parquet`,
    ),
  );
  const artifacts = ofType(resources, "aws:s3/bucket:Bucket").filter(({ props }) =>
    (text(props, "bucket") ?? "").includes("-artifacts-"),
  );
  const orders = artifacts.flatMap(({ props }) =>
    holders(
      resources,
      "s3:PutObject",
      `arn:aws:s3:::${text(props, "bucket") ?? ""}/${erasureOrder}`,
    ),
  );
  const of = (duty: Duty, by: string, found: readonly Holder[]) =>
    found.map(({ principal, through }) => ({
      principal,
      duty,
      by: through === undefined ? by : `${by}, as ${through}`,
    }));
  return [
    ...of("deploy", "ecr:PutImage", deploys),
    ...of("approve", "s3:PutObject approvals/", approves),
    ...of("erase", "s3:DeleteObject on the data lake", erases),
    ...of("erase", "s3:PutObject erasures/orders/", orders),
    ...ofPods(resources),
  ];
}

/** Roles of pods whose account holds a duty in its cluster. */
function ofPods(resources: readonly ResourceView[]): DutyOf[] {
  return ofType(resources, "aws:eks/podIdentityAssociation:PodIdentityAssociation").flatMap(
    ({ props }) => {
      const account = text(props, "serviceAccount") ?? "";
      const duty = dutyAccounts[account];
      return duty === undefined
        ? []
        : [{ principal: text(props, "roleArn") ?? "", duty, by: `pods of ${account}` }];
    },
  );
}

interface Holder {
  readonly principal: string;
  /** Role that the principal assumes. */
  readonly through?: string;
}

function holders(resources: readonly ResourceView[], action: string, target: string): Holder[] {
  const roles = new Set(ownAllowances(resources, action, target).map(({ role }) => role));
  return [...roles].flatMap((role) => {
    const callers = trustOf(role).flatMap(({ principals }) =>
      principals
        .filter((principal) => principal.startsWith("AWS:"))
        .map((principal) => principal.slice("AWS:".length)),
    );
    return [
      { principal: arnOf(role) },
      ...callers.map((principal) => ({ principal, through: nameOf(role) })),
    ];
  });
}

/** Name of a role, or of its resource where AWS will name it. */
export function nameOf(role: ResourceView): string {
  return text(role.props, "name") ?? role.name;
}

function arnOf(resource: ResourceView): string {
  return (
    resource.identities?.find((identity) => identity.startsWith("arn:")) ??
    (resource.type === iamRoleType ? nameOf(resource) : resource.name)
  );
}

function distinct(found: readonly DutyOf[]): DutyOf[] {
  return [...new Map(found.map((each) => [JSON.stringify(each), each])).values()];
}
