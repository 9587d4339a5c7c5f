import { policyDocument, type PolicyDocument, type Statement } from "./policy-document";

/** IAM Identity Center makes roles under this path; their people have signed in with the second factor that it demands. */
const identityCenterPath = ":role/aws-reserved/sso.amazonaws.com/";

/** What proves who assumes a role. */
export type Caller = "human" | "program";

/**
 * Trust policy of a platform role: only the listed roles, and people only with a second factor.
 *
 * Sessions of IAM Identity Center carry no MFA flag, because the factor was given to Identity Center and not to STS; its roles are
 * therefore trusted without the condition, and Identity Center must be set to demand the factor.
 * With `regions`, the role is assumed through their endpoints alone, so that what listens there hears of every time.
 * An empty list makes a role that nobody can assume until the stack file names someone.
 */
export function trustPolicy(principals: readonly string[], caller: Caller, regions: readonly string[] = []): PolicyDocument {
  if (principals.length === 0) return policyDocument({ Sid: "AssumeByNobody", Effect: "Deny", Principal: "*", Action: ["sts:AssumeRole"] });
  const withoutFlag = principals.filter((arn) => caller === "program" || arn.includes(identityCenterPath));
  const withFlag = principals.filter((arn) => !withoutFlag.includes(arn));
  const assume = { Effect: "Allow", Action: ["sts:AssumeRole"] } as const;
  const here: Statement["Condition"] = regions.length === 0 ? {} : { StringEquals: { "aws:RequestedRegion": regions } };
  return policyDocument(
    ...(withFlag.length > 0 ? [{ ...assume, Sid: "AssumeWithSecondFactor", Principal: { AWS: withFlag }, Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" }, ...here } }] : []),
    ...(withoutFlag.length > 0 ? [{ ...assume, Sid: caller === "human" ? "AssumeFromIdentityCenter" : "AssumeByPrograms", Principal: { AWS: withoutFlag }, ...(regions.length > 0 && { Condition: here }) }] : []),
  );
}
