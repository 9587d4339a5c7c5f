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
  description:
    "A role that people or programs assume must have a boundary of the stack, which keeps the audit log from deletion.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Set permissionsBoundary to the stack's boundary policy; a role of a service of AWS needs none.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-03" },
    { framework: "eu-ai-act", clause: "Art. 12" },
  ],
  check: (resources) => {
    const limits = [...boundaries(resources)];
    const bare = ofType(resources, iamRoleType)
      .filter((role) => trustOf(role).some(({ principals }) => principals.some(isOutside)))
      .filter((role) => !limits.some((limit) => refersTo(role, "permissionsBoundary", limit)))
      .map((role) => ({
        resource: role,
        message: `${subject(role)} must have a permissions boundary of the stack, because others than services assume it`,
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

/** Whether a principal is no service of AWS. */
function isOutside(principal: string): boolean {
  return !principal.startsWith("Service:");
}

function deletions(resources: readonly ResourceView[], limit: ResourceView): string[] {
  const document = statements(at(limit.props, "policy"));
  const logs = ofType(resources, "aws:s3/bucket:Bucket").flatMap(({ props }) => {
    const name = text(props, "bucket") ?? "";
    return name.includes("-audit-") ? [`arn:aws:s3:::${name}/ledger/000000000001.json`] : [];
  });
  return destroying.filter((action) => logs.some((target) => isAllowed(document, action, target)));
}
