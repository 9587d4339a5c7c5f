import { statements } from "../../iam";
import { at, text } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

/**
 * Sessions of IAM Identity Center carry no MFA flag: the factor was given to Identity Center, which
 * is set to demand it.
 */
const identityCenterPath = ":role/aws-reserved/sso.amazonaws.com/";

export const rule = resourceRule({
  name: "access-role-mfa",
  area: "access",
  description: "People must prove a second factor before they assume a role.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    'Add the condition { Bool: { "aws:MultiFactorAuthPresent": "true" } } to the trust policy.',
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-03" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  types: ["aws:iam/role:Role"],
  // Programs hold no second factor, so the rule names the roles of people by how their names end.
  parameters: {
    humanRoles: ["platform-admin", "ml-engineer", "auditor", "-promoter", "break-glass"],
  },
  check: (role, { humanRoles }) => {
    const name = text(role.props, "name") ?? role.name;
    if (!humanRoles.some((ending) => name.endsWith(ending))) return [];
    return statements(at(role.props, "assumeRolePolicy"))
      .filter(
        (statement) =>
          statement.allows &&
          statement.principals.some(
            (principal) => principal.startsWith("AWS:") && !principal.includes(identityCenterPath),
          ),
      )
      .filter(
        (statement) =>
          !statement.conditions.some(
            ({ operator, key, values }) =>
              operator === "Bool" &&
              key.toLowerCase() === "aws:multifactorauthpresent" &&
              values.includes("true"),
          ),
      )
      .map(
        (statement) =>
          `statement ${statement.sid} of ${subject(role)} must demand aws:MultiFactorAuthPresent`,
      );
  },
});
