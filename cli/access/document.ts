import { elevationAnnotations, longestElevationSeconds } from "../../infra/platform/admission";
import { duties, dutyHolders } from "../../policies/duties";
import type { ResourceView } from "../../policies/rule";
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
  return `# Access

\`npm run docs\` makes the tables of this page by evaluating the IAM policies (with boundaries, denials and bucket policies), access entries,
RBAC and admission of the planned prod stack, and a test holds the page equal. \`npm run access -- review\` writes every right of every
principal to \`out/access-review.md\` and \`.json\`.

${sections.join("\n")}
## Nobody holds two of deploy, approve and erase

${table(holdersOf(resources), ["who", ...duties]).join("\n")}

- The rule \`access-separation-of-duties\` refuses a stack in which one role has two columns, and \`access-admission-duties\` one in which a cluster lacks the policies of admission (\`infra/platform/admission.ts\`).
- \`npm run e2e -- --only lifecycle\` asks a real API server each of these, with every group's own credentials and with two groups in one hand.
- Several programs add to the ledger, so an approval there counts only with its witness under \`approvals/\`, which nobody but an approver may write, each under the own role (\`access.approvalRoles\`).
- What stays: the identity that runs \`pulumi up\` administers the clusters, so it could take the policies away or act as somebody else. It is a program without people behind it; what it runs is reviewed, and every such call is in the audit log of the cluster and in the trail.
- What is outside: whoever administers the AWS account itself, its root and its identity provider. The stack neither makes nor limits them, but for the lock on the audit log.

## Emergencies

- On AWS: the role \`break-glass\`, for platform administrators with a second factor and for an hour. It can be assumed in the stack's regions alone, and in each of them every use mails \`access.alertEmails\` (CloudTrail, EventBridge, SNS). In the cluster it is the group \`causeway:break-glass\`: it may repair and remove, and can neither deploy, approve, erase, read Secrets nor grant anything.
- On any cluster: \`npm run access -- elevate --user <name> --namespace <namespace> --minutes <at most ${longestElevationSeconds / 60}> --reason "..." --ledger <where>\` lets another person in; nobody lets themselves in. It writes \`access-change\` to the ledger first. The binding says its reason and end (\`${elevationAnnotations.reason}\`, \`${elevationAnnotations.expires}\`), and belongs to a Job without pods whose deadline ends both: Kubernetes itself sweeps. \`kubectl delete job break-glass-...\` ends it sooner. The alert \`CausewayBreakGlass\` fires as long as it lasts.
- A person who acts through \`--as\` or another cluster administrator's credentials is seen in the audit log, not stopped.

## Credentials

No stack makes a user, an access key, a token of a service account that does not expire, or an SSH key: \`access-user-long-lived\` and
\`access-service-account-secret\` refuse them. People come through single sign-on, pods through Pod Identity, pipelines through roles.
The accounts of the log store and of Grafana have passwords, made at random and kept as secrets, because Elastic's free licence knows no
single sign-on; to renew one, \`pulumi up --replace\` its RandomPassword.
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

function table(rows: readonly (readonly string[])[], head: readonly string[]): string[] {
  if (rows.length === 0) return ["Nobody."];
  return [
    `| ${head.join(" | ")} |`,
    `| ${head.map(() => "---").join(" | ")} |`,
    ...rows.map((row) => `| ${row.join(" | ")} |`),
  ];
}
