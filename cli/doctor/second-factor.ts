import { like, statements, type PolicyStatement } from "../../policies/iam";
import { findingsOf, type Finding } from "./finding";

const { ok, problem, unknown } = findingsOf("roles");

/** Keys of `causeway:access` whose roles programs assume, which have no second factor. */
const programKeys = /^access\.pipelines\b/;
/** IAM Identity Center makes roles below this path. */
const identityCenterPath = ":role/aws-reserved/sso.amazonaws.com/";

const atProvider =
  "sessions carry no mark of a second factor; only the identity provider can demand one";
const demandThere = "demand a second factor at every sign-in, in the identity provider's settings";

/**
 * Whether a role that people assume demands a second factor of them. The stack's own roles on AWS
 * demand it again; a cluster takes the session of this role as it is, and there nothing else asks.
 * @param trust the role's trust policy as IAM answers it, percent-encoded
 * @returns nothing for a role of programs
 */
export function secondFactor(key: string, arn: string, trust: string | undefined): Finding[] {
  if (programKeys.test(key)) return [];
  const subject = `second factor of ${key}`;
  if (arn.includes(identityCenterPath)) return [unknown(subject, atProvider, demandThere)];
  if (trust === undefined) return [unknown(subject, "AWS does not say who may assume the role")];
  const assumed = statements(decodeURIComponent(trust)).filter(({ allows }) => allows);
  if (assumed.length === 0) return [ok(subject, "nobody may assume the role")];
  const loose = assumed.filter((one) => by("sts:AssumeRole", one) && !demandsFactor(one));
  if (loose.length > 0)
    return [
      problem(
        subject,
        `${loose.map(({ sid }) => `statement ${sid}`).join(", ")} of its trust policy demands none, and the cluster takes its sessions without`,
        'add the condition { Bool: { "aws:MultiFactorAuthPresent": "true" } } to the trust policy',
      ),
    ];
  const federated = assumed.some(
    (one) => by("sts:AssumeRoleWithSAML", one) || by("sts:AssumeRoleWithWebIdentity", one),
  );
  return [
    federated
      ? unknown(subject, atProvider, demandThere)
      : ok(subject, "its trust policy demands one"),
  ];
}

function by(action: string, { actions }: PolicyStatement): boolean {
  return actions.some((pattern) => like(pattern.toLowerCase(), action.toLowerCase()));
}

/** `BoolIfExists` would let in a session that was made with an access key, which has no mark. */
function demandsFactor({ conditions }: PolicyStatement): boolean {
  return conditions.some(
    ({ operator, key, values }) =>
      operator === "Bool" &&
      key.toLowerCase() === "aws:multifactorauthpresent" &&
      values.length > 0 &&
      values.every((value) => value === "true"),
  );
}
