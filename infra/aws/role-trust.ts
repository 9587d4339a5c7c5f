import { policyDocument, type PolicyDocument, type Statement } from "./policy-document";

/**
 * IAM Identity Center makes roles under this path; their people have signed in with the second
 * factor that it demands.
 */
const identityCenterPath = ":role/aws-reserved/sso.amazonaws.com/";

/**
 * Key of the session tag that says in which role somebody approves; IAM lets a session write
 * witnesses under that role alone.
 */
export const approvalRoleTag = "approval-role";

/** What proves who assumes a role. */
export type Caller = "human" | "program";

/**
 * Trust policy of a platform role: only the listed roles, and people only with a second factor.
 *
 * Sessions of IAM Identity Center carry no MFA flag, because the factor was given to Identity
 * Center and not to STS; its roles are therefore trusted without the condition, and Identity Center
 * must be set to demand the factor. With `regions`, the role is assumed through their endpoints
 * alone, so that what listens there hears of every time. An empty list makes a role that nobody can
 * assume until the stack file names someone.
 */
export function trustPolicy(
  principals: readonly string[],
  caller: Caller,
  regions: readonly string[] = [],
): PolicyDocument {
  if (principals.length === 0)
    return policyDocument({
      Sid: "AssumeByNobody",
      Effect: "Deny",
      Principal: "*",
      Action: ["sts:AssumeRole"],
    });
  const { withFlag, withoutFlag } = byFlag(principals, caller);
  const assume = { Effect: "Allow", Action: ["sts:AssumeRole"] } as const;
  const here: Statement["Condition"] =
    regions.length === 0 ? {} : { StringEquals: { "aws:RequestedRegion": regions } };
  return policyDocument(
    ...(withFlag.length > 0
      ? [
          {
            ...assume,
            Sid: "AssumeWithSecondFactor",
            Principal: { AWS: withFlag },
            Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" }, ...here },
          },
        ]
      : []),
    ...(withoutFlag.length > 0
      ? [
          {
            ...assume,
            Sid: caller === "human" ? "AssumeFromIdentityCenter" : "AssumeByPrograms",
            Principal: { AWS: withoutFlag },
            ...(regions.length > 0 && { Condition: here }),
          },
        ]
      : []),
  );
}

/**
 * Statements that let the principals of each approval role take its name as a session tag, and no
 * other value and no other tag: the role of an approval is then what IAM says, and not what the
 * approver does.
 */
export function approvalRoleStatements(
  roles: Readonly<Record<string, readonly string[]>>,
): Statement[] {
  return Object.entries(roles)
    .sort()
    .flatMap(([role, principals], i) => {
      const { withFlag, withoutFlag } = byFlag(principals, "human");
      const tag = { Effect: "Allow", Action: ["sts:TagSession"] } as const;
      const own = {
        StringEquals: { [`aws:RequestTag/${approvalRoleTag}`]: role },
        "ForAllValues:StringEquals": { "aws:TagKeys": [approvalRoleTag] },
      };
      return [
        ...(withFlag.length > 0
          ? [
              {
                ...tag,
                Sid: `ApproveAs${i}`,
                Principal: { AWS: withFlag },
                Condition: { ...own, Bool: { "aws:MultiFactorAuthPresent": "true" } },
              },
            ]
          : []),
        ...(withoutFlag.length > 0
          ? [
              {
                ...tag,
                Sid: `ApproveFromIdentityCenterAs${i}`,
                Principal: { AWS: withoutFlag },
                Condition: own,
              },
            ]
          : []),
      ];
    });
}

/** Principals whose sessions carry the flag of a second factor, and those whose do not. */
function byFlag(
  principals: readonly string[],
  caller: Caller,
): { readonly withFlag: readonly string[]; readonly withoutFlag: readonly string[] } {
  const withoutFlag = principals.filter(
    (arn) => caller === "program" || arn.includes(identityCenterPath),
  );
  return { withFlag: principals.filter((arn) => !withoutFlag.includes(arn)), withoutFlag };
}
