import { statements, type PolicyStatement } from "../../iam";
import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "access-role-trust",
  area: "access",
  description: "A role must name who may assume it, and a federated caller must meet a condition.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Name principals in assumeRolePolicy; for an identity provider, add a condition on the token's subject.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-03" }],
  types: ["aws:iam/role:Role"],
  check: (role) =>
    statements(at(role.props, "assumeRolePolicy"))
      .filter((statement) => statement.allows)
      .flatMap((statement) => {
        if (statement.principals.includes("*"))
          return [
            `statement ${statement.sid} of ${subject(role)} must name its principals, got everyone`,
          ];
        const federated = statement.principals.some((principal) =>
          principal.startsWith("Federated:"),
        );
        return federated && !namesCaller(statement)
          ? [
              `statement ${statement.sid} of ${subject(role)} must have a condition that names the federated caller by its token's subject and audience`,
            ]
          : [];
      }),
});

/**
 * Whether a statement names one subject and one audience of an identity provider. A subject may end
 * in a star after the repository that it names, as in `repo:owner/name:*`.
 */
function namesCaller({ conditions }: PolicyStatement): boolean {
  const of = (claim: string, fits: (value: string) => boolean) =>
    conditions.some(
      ({ operator, key, values }) =>
        ["StringEquals", "StringLike"].includes(operator) &&
        key.toLowerCase().endsWith(claim) &&
        values.length > 0 &&
        values.every(fits),
    );
  return (
    of(":aud", (value) => !/[*?]/.test(value)) &&
    of(":sub", (value) => !/[*?]/.test(value.replace(/^repo:[\w.-]+\/[\w.-]+:(.*)\*$/, "$1")))
  );
}
