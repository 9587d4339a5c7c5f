import { effectiveGrants, grantingDocuments, isUnbounded } from "../../effective";
import { subject } from "../../kubernetes";
import { stackRule } from "../../rule";

export const rule = stackRule({
  name: "access-policy-scope",
  area: "access",
  description:
    "A policy, or a boundary, must name the resources of each action that takes some, or set a condition that tells them apart.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Name the resources by the stack's own prefix, or add a condition on a tag or an alias; give actions that take no resource a statement of their own.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-03" }],
  parameters: {
    // The answer of a query is asked for by its id; a region has one detector.
    everywhere: ["logs:GetQueryResults", "logs:StopQuery", "guardduty:GetDetector"],
  },
  check: (resources, { everywhere }) =>
    grantingDocuments(resources).flatMap((document) => {
      const found = effectiveGrants(document).filter(
        ({ action, statement }) =>
          !everywhere.includes(action.name) && isUnbounded(action, statement),
      );
      return [...new Set(found.map(({ statement }) => statement))].map((statement) => ({
        resource: document.resource,
        message: `statement ${statement.sid} of ${subject(document.resource)} must name the resources of ${found.find((one) => one.statement === statement)?.action.name ?? ""}, got ${statement.resources.join(", ")}`,
      }));
    }),
});
