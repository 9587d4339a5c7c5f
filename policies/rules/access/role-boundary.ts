import { boundaries } from "../../effective";
import { iamRoleType, isAllowed, statements, trustOf } from "../../iam";
import { subject } from "../../kubernetes";
import { at, ofType, refersTo, text } from "../../resources";
import { stackRule, type ResourceView } from "../../rule";

/** What ends evidence, of the objects that a boundary may otherwise let go. */
const destroying = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"];

export const rule = stackRule({
  name: "access-role-boundary",
  area: "access",
  description: "A role must have a boundary of the stack, which keeps the audit log from deletion.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Set permissionsBoundary to a boundary policy of the stack. A role of a service whose rights are policies of AWS needs none: list the service in the parameter managed.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-03" },
    { framework: "eu-ai-act", clause: "Art. 12" },
  ],
  // What a cluster, its nodes and instances need AWS decides, and changes; the boundary would not.
  parameters: { managed: ["eks.amazonaws.com", "ec2.amazonaws.com"] },
  check: (resources, { managed }) => {
    const limits = [...boundaries(resources)];
    const bare = ofType(resources, iamRoleType)
      .filter((role) => !isManaged(role, managed))
      .filter((role) => !limits.some((limit) => refersTo(role, "permissionsBoundary", limit)))
      .map((role) => ({
        resource: role,
        message: `${subject(role)} must have a permissions boundary of the stack`,
      }));
    const hollow = limits.flatMap((limit) =>
      deletions(resources, limit).map((action) => ({
        resource: limit,
        message: `${subject(limit)} must deny ${action} in the audit log`,
      })),
    );
    return [...bare, ...hollow];
  },
});

/** Whether services of the list alone take a role. */
function isManaged(role: ResourceView, managed: readonly string[]): boolean {
  const principals = trustOf(role).flatMap((statement) => statement.principals);
  return (
    principals.length > 0 &&
    principals.every((principal) => managed.some((service) => principal === `Service:${service}`))
  );
}

function deletions(resources: readonly ResourceView[], limit: ResourceView): string[] {
  const document = statements(at(limit.props, "policy"));
  const logs = ofType(resources, "aws:s3/bucket:Bucket").flatMap(({ props }) => {
    const name = text(props, "bucket") ?? "";
    return name.includes("-audit-") ? [`arn:aws:s3:::${name}/ledger/000000000001.json`] : [];
  });
  return destroying.filter((action) => logs.some((target) => isAllowed(document, action, target)));
}
