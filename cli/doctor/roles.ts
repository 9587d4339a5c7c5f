import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { clientSettings, find } from "./ask";
import { homeOf, type AwsStack } from "./aws-stack";
import { findingsOf, type Finding } from "./finding";
import { secondFactor } from "./second-factor";

const { ok, problem, unknown } = findingsOf("roles");

/** A role that the stack file names, by the key that names it. */
interface NamedRole {
  readonly key: string;
  readonly arn: string;
}

/** Every role under `access`, by its key, such as `access.approvalRoles.ethics-board[0]`. */
export function namedRoles(access: AwsStack["config"]["access"]): NamedRole[] {
  const under = (value: unknown, key: string): NamedRole[] => {
    if (typeof value === "string") return value.startsWith("arn:") ? [{ key, arn: value }] : [];
    if (Array.isArray(value)) return value.flatMap((item, i) => under(item, `${key}[${i}]`));
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([name, item]) => under(item, `${key}.${name}`));
  };
  return under(access, "access");
}

/**
 * IAM refuses a trust policy that names a role which is not there, and EKS an access entry. What the
 * role of a person must demand, only its owner can see to.
 */
export async function roleFindings(stack: AwsStack): Promise<Finding[]> {
  const iam = new IAMClient({ region: homeOf(stack), ...clientSettings });
  const asked = new Map<string, Promise<(key: string) => Finding[]>>();
  const named = namedRoles(stack.config.access);
  for (const { arn } of named)
    if (!asked.has(arn)) asked.set(arn, roleFinding(iam, arn, stack.config.account));
  const findings: Finding[] = [];
  for (const { key, arn } of named) {
    const made = await asked.get(arn);
    if (made !== undefined) findings.push(...made(key));
  }
  return findings;
}

async function roleFinding(
  iam: IAMClient,
  arn: string,
  account: string,
): Promise<(key: string) => Finding[]> {
  const [, owner, path = ""] = /^arn:[\w-]+:iam::(\d+):role\/(.+)$/.exec(arn) ?? [];
  const name = path.split("/").pop() ?? "";
  if (owner !== account)
    return (key) => [
      unknown(key, `${arn} is a role of another account, which only that account can be asked for`),
    ];
  const asked = await find(() => iam.send(new GetRoleCommand({ RoleName: name })));
  if ("refused" in asked) return (key) => [unknown(key, `${arn}: ${asked.refused}`)];
  const { Arn: found, AssumeRolePolicyDocument: trust } = asked.answer?.Role ?? {};
  if (found === arn) return (key) => [ok(key, arn), ...secondFactor(key, arn, trust)];
  return (key) => [
    found === undefined
      ? problem(key, `${arn} does not exist`, `create the role ${name}, or mend causeway:${key}`)
      : problem(key, `${arn} does not exist; there is ${found}`, `mend causeway:${key}`),
  ];
}
