import { groups, namespaces } from "../../infra/kubernetes/labels";
import { ofType, text } from "../../policies/resources";
import type { ResourceView } from "../../policies/rule";
import { pages } from "../../infra/platform/port-forward";
import { byDuty, distinct, inAws, inCluster, membersOf, type Way } from "./who";

/** A question of an auditor, with every answer that the planned resources give. */
export interface Question {
  readonly title: string;
  readonly ways: readonly Way[];
  /** What the table does not show. */
  readonly note: string;
}

const gate = "admission refuses everybody else, and members with another duty";

/** The questions, answered by the resources of one stack on AWS as they would be created. */
export function answers(resources: readonly ResourceView[]): Question[] {
  const bucket = (purpose: string) =>
    ofType(resources, "aws:s3/bucket:Bucket")
      .map(({ props }) => text(props, "bucket") ?? "")
      .filter((name) => name.includes(`-${purpose}-`))[0] ?? "";
  const [data, audit, artifacts] = [bucket("data"), bucket("audit"), bucket("artifacts")].map(
    (name) => `arn:aws:s3:::${name}`,
  );
  return [
    {
      title: "Who can read the training data?",
      ways: distinct(
        [`${data}/lake/rows.parquet`, `${artifacts}/runs/m/r/collect/data.csv`].flatMap((object) =>
          inAws(resources, "s3:GetObject", object),
        ),
      ),
      note: "Runs keep rows too, in the artefact bucket. Each reader also needs the key of the bucket, which the same role may use through S3 only. An ML engineer starts a retraining as it is, and runs no step of their own in the cluster. The audit trail has every read of an object of the data bucket and of a run.",
    },
    deployment(resources),
    {
      title: "Who can approve?",
      ways: inAws(resources, "s3:PutObject", `${audit}/approvals/model-risk/1.json`),
      note: "A high-risk release needs two approvals by different people in different roles (docs/governance.md). On AWS each approver writes under the one role that `access.approvalRoles` gives them; the trust policy refuses the tag of another role. In the cluster an approver only reads. A cluster without a bucket takes approvals as ConfigMaps, which admission lets an approver alone write, once and in their own name.",
    },
    resumption(resources),
    {
      title: "Who can erase the data of a subject?",
      ways: [
        ...byDuty(
          resources,
          "erase",
          "creation of a workflow of the template `causeway-erase`",
          gate,
        ),
        ...inAws(resources, "s3:DeleteObject", `${data}/lake/rows.parquet`),
        ...inAws(resources, "s3:PutObject", `${artifacts}/erasures/orders/eu-central-1/1.json`),
      ],
      note: "`s3:PutObject` writes the orders for other regions. There an account of the same name reads its own region's orders and reaches its own log store.",
    },
    looks(resources),
    {
      title: "Who can write a checkpoint of the ledger?",
      ways: inAws(resources, "s3:PutObject", `${audit}/heads/000000000001.json`),
      note: "Nobody else: the bucket denies it, and the key that signs checkpoints lets no other role sign. Who adds to the ledger therefore cannot hide that its end was cut off or that it was written again, from the next checkpoint on, about five minutes later.",
    },
    deletionOfAudit(resources, audit ?? ""),
  ];
}

function looks(resources: readonly ResourceView[]): Question {
  const { observability } = namespaces;
  const ways = inCluster(resources, "create", "", "pods/portforward", observability).flatMap(
    (group) =>
      membersOf(resources, group).map((who) => ({
        who,
        through: `Kubernetes group \`${group}\`, port-forward in \`${observability}\``,
        condition: `admission: ${Object.entries(pages)
          .filter(([, page]) => page.groups.some((reader) => groups[reader] === group))
          .map(([page]) => page)
          .join(", ")} alone`,
      })),
  );
  return {
    title: "Who can look at logs, dashboards and alerts?",
    ways,
    note: "The cluster's audit log has each forwarded port with the person's name, and not what they look at. In Kibana the account of a group decides what they read ([logs](logs.md#who-may-read-what)).",
  };
}

const accounts = (found: readonly string[]) => found.filter((subject) => subject.includes("/"));
const pods = (subject: string, through: string, condition: string): Way => ({
  who: `pods of \`${subject}\``,
  through,
  condition,
});

function resumption(resources: readonly ResourceView[]): Question {
  return {
    title: "Who can let a release through its gate?",
    ways: accounts(
      inCluster(resources, "patch", "argoproj.io", "rollouts/status", namespaces.models),
    ).map((subject) =>
      pods(
        subject,
        "patch of rollouts/status, by name",
        "only with the approvals of the model's tier on record, one of them given at that pause",
      ),
    ),
    note: "No person by kubectl, and the identity that runs `pulumi up` only by changing the policies: admission refuses everybody else every field that resumes a release. Platform administrators and break-glass may hold and abort. The resumer reads the ledger and cannot write it.",
  };
}

function deployment(resources: readonly ResourceView[]): Question {
  return {
    title: "Who can deploy?",
    ways: [
      ...byDuty(
        resources,
        "deploy",
        "patch of rollouts",
        "admission refuses every person a change of what runs",
      ),
      ...ofType(resources, "aws:eks/accessPolicyAssociation:AccessPolicyAssociation")
        .filter(({ props }) =>
          (text(props, "policyArn") ?? "").endsWith("AmazonEKSClusterAdminPolicy"),
        )
        .slice(0, 1)
        .map(({ props }) => ({
          who: `\`${(text(props, "principalArn") ?? "").split("/").at(-1) ?? ""}\``,
          through: "AmazonEKSClusterAdminPolicy: runs `pulumi up`",
          condition: "the policy pack, and review of the program",
        })),
      ...accounts(inCluster(resources, "patch", "argoproj.io", "rollouts", namespaces.models)).map(
        (subject) =>
          pods(
            subject,
            "patch of rollouts, by name",
            "its program takes a release that passed its gates, with its approvals on record; admission holds its pods to the fields of a release",
          ),
      ),
      ...inAws(resources, "ecr:PutImage", repositoryArn(resources)),
    ],
    note: "Pushing an image alone deploys nothing. Groups that may patch a Rollout to hold or abort it cannot change its image, gates or account. Pods of the promoter that somebody took over can bring another image of the same repository, which the gates put on trial.",
  };
}

/** Asks of every action that takes an object of the audit bucket, or its lock, away. */
function deletionOfAudit(resources: readonly ResourceView[], audit: string): Question {
  return {
    title: "Who can delete the audit log?",
    ways: [
      "s3:DeleteObject",
      "s3:DeleteObjectVersion",
      "s3:BypassGovernanceRetention",
      "s3:PutObjectRetention",
      "s3:PutBucketObjectLockConfiguration",
      "s3:DeleteBucket",
    ].flatMap((action) =>
      inAws(
        resources,
        action,
        action.includes("Bucket") && action !== "s3:BypassGovernanceRetention"
          ? audit
          : `${audit}/ledger/000000000001.json`,
      ),
    ),
    note: "In prod, Object Lock in COMPLIANCE mode keeps every version until its retention ends, even against the account's root user, and the key's policy lets nobody disable or delete the key. An administrator who changes that policy could. The permissions boundary denies deletion to every platform role, whatever policy is attached later. In dev the mode is GOVERNANCE, which an administrator may lift.",
  };
}

function repositoryArn(resources: readonly ResourceView[]): string {
  const [first] = ofType(resources, "aws:ecr/repository:Repository");
  return first?.identities?.find((identity) => identity.startsWith("arn:")) ?? "";
}
