import { elevationAnnotations, longestElevationSeconds } from "../../infra/platform/admission";
import { duties, dutyHolders } from "../../policies/duties";
import type { ResourceView } from "../../policies/rule";
import { actRows } from "./acts";
import { answers } from "./questions";

/** docs/access.md, from the resources of the prod stack. */
export function accessDocument(resources: readonly ResourceView[]): string {
  const sections = answers(resources).map(({ title, ways, note }) =>
    [
      `## ${title}`,
      "",
      ...table(
        ways.map(({ who, through, condition }) => [who, through, condition]),
        ["who", "through", "condition"],
      ),
      ...(note === "" ? [] : ["", note]),
      "",
    ].join("\n"),
  );
  const acts = actRows(resources);
  return `# Access

List every right of every principal of your stack, in \`out/access-review.md\` and \`.json\`:

\`\`\`
npx causeway access review --stack prod
\`\`\`

\`npm run docs\` makes the tables of this page from an example prod stack (\`test/fixtures/stacks\`). It evaluates IAM policies (with boundaries, denials, and the policies of buckets and keys), access entries and RBAC. What admission leaves to a group comes from a table. A test keeps the page equal.

## Who can do what, alone or with whom?

${table(acts.rows, acts.head).join("\n")}

- An empty cell means no: the principal has no part in the act, or nobody has what it lacks.
- *Deploy* takes an image, a signature, the approvals of the strictest model of the stack, and the change of a Rollout. *Erase* takes an order, the answer of another person, and the deletion of rows.
- *Read training data* takes the key of the bucket, too. *Change the ledger* means to write over an entry or to take it away; adding to it is no change.
- What admission lets people do is not evaluated here. End-to-end tests ask a real API server about the same acts, and compare (\`test/e2e/duty-answers.ts\`).
- The role that runs \`pulumi up\` administers the clusters and could act as every pod; see the residual risk below.

${sections.join("\n")}
## Nobody holds two of deploy, approve and erase

${table(holdersOf(resources), ["who", ...duties]).join("\n")}

- The rule \`access-separation-of-duties\` refuses a stack in which one role has two columns, and \`access-admission-duties\` one in which a cluster lacks the admission policies (\`infra/platform/admission.ts\`).
- \`npm run e2e -- --only lifecycle\` tests the groups on a real API server, with every group's own credentials and with two groups in one identity. The rows of IAM roles are evaluated, and no test asks AWS.
- An approval in the ledger counts only with its witness object under \`approvals/\`, because more than one program adds to the ledger. Only approvers may write a witness, each under their own role (\`access.approvalRoles\`).
- Residual risk: the identity that runs \`pulumi up\` administers the clusters, so it could remove the policies or impersonate somebody. Give it to a pipeline that runs reviewed commits, and to no person: the stack cannot see who holds it. Its calls to a cluster are in the cluster's audit log, and those to AWS in the trail.
- Out of scope: administrators of the AWS account, its root user and its identity provider. The stack neither creates nor limits them, except for the lock on the audit log.

## Second factor

- On AWS the stack's own roles demand a second factor of people (\`access-role-mfa\`). Sessions of IAM Identity Center carry no mark of one, so their roles are let in without the condition, and Identity Center must demand it.
- In a cluster the platform cannot demand one. EKS takes a session of a role that \`causeway:access\` names, and an access entry has no conditions. On another cluster the API server's identity provider decides.
- Demand it where the session begins: in the trust policy of your own role, by \`{ Bool: { "aws:MultiFactorAuthPresent": "true" } }\`, or in the identity provider, at every sign-in. \`BoolIfExists\` lets in sessions of an access key.
- \`npx causeway doctor --stack prod\` reads the trust policy of each such role. It reports a problem where the policy demands none, and \`cannot tell\` where the identity provider decides. The roles of pipelines are of programs, and have none.

## Emergencies

- On AWS: the role \`break-glass\`, for platform administrators with a second factor, for one hour, in the stack's regions only. Each time that somebody takes it, a mail goes to the \`access.alertEmails\` that have confirmed (CloudTrail, EventBridge, SNS). In the cluster it is the group \`causeway:break-glass\`: it may repair and remove, but not deploy, approve, erase, read Secrets or grant anything.
- On any cluster: \`npx causeway access elevate <user> --namespace <namespace> --minutes <at most ${longestElevationSeconds / 60}> --reason "..." --ledger <ledger>\` gives another person access; admission refuses one's own name. On EKS admission refuses another session of one's own role, and one of one's own session name in another role. Pin session names in the trust policies of people's roles, as Identity Center does. It first writes \`access-change\` to the ledger; a binding that somebody makes by kubectl stands in the audit log alone. The binding carries its reason and end (\`${elevationAnnotations.reason}\`, \`${elevationAnnotations.expires}\`), and belongs to a Job without pods. The Job's deadline removes both, so Kubernetes itself cleans up. \`kubectl delete job break-glass-...\` ends it sooner. The alert \`CausewayBreakGlass\` fires as long as it lasts.
- Nothing stops a person who acts through \`--as\` or a cluster administrator's credentials; the audit log shows it.

## Credentials

No stack creates a user, an access key, a service account token without expiry, or an SSH key: \`access-user-long-lived\` and \`access-service-account-secret\` refuse them. On AWS people and pipelines come by the roles that \`causeway:access\` names, and pods by Pod Identity.
The accounts of the log store and of Grafana have random passwords, stored as secrets, because Elastic's free licence has no single sign-on. To renew one, run \`pulumi up --replace\` on its RandomPassword.
`;
}

function holdersOf(resources: readonly ResourceView[]): string[][] {
  const holders = dutyHolders(resources);
  return [...new Set(holders.map(({ principal }) => principal))]
    .sort()
    .map((principal) => [
      `\`${short(principal)}\``,
      ...duties.map((duty) =>
        holders.some((holder) => holder.principal === principal && holder.duty === duty)
          ? "yes"
          : "",
      ),
    ]);
}

/** A role's name; the automatic end of a pod's role would change with every new one. */
function short(principal: string): string {
  return principal.slice(principal.lastIndexOf("/") + 1).replace(/-[0-9a-f]{7}$/, "");
}

export function table(rows: readonly (readonly string[])[], head: readonly string[]): string[] {
  if (rows.length === 0) return ["Nobody."];
  return [
    `| ${head.join(" | ")} |`,
    `| ${head.map(() => "---").join(" | ")} |`,
    ...rows.map((row) => `| ${row.join(" | ")} |`),
  ];
}
