import { iamRoleType, like, meansAction, statements, trustOf } from "../../iam";
import { nameOf } from "../../duties";
import { subject } from "../../kubernetes";
import { at, ofType, text } from "../../resources";
import { stackRule, type ResourceView } from "../../rule";

const pods = "Service:pods.eks.amazonaws.com";
const podAccount = "aws:RequestTag/kubernetes-service-account";
const caller = "aws:PrincipalArn";

/**
 * Who adds to the ledger must not say how far it went: its checkpoints show a cut-off end and a
 * rewrite because somebody else signs and keeps them.
 */
export const rule = stackRule({
  name: "access-ledger-checkpoints",
  area: "access",
  description:
    "Checkpoints of the audit ledger must be signed and written by one role, which the pods of one service account alone may take.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Allow kms:Sign of the key under StringEquals aws:PrincipalArn, deny s3:PutObject in the folder under StringNotEquals aws:PrincipalArn, and let pods.eks.amazonaws.com alone assume that role for the service account.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 12" },
    { framework: "iso-42001", clause: "A.6.2.8" },
    { framework: "ml-lens", clause: "MLSEC-03" },
  ],
  parameters: { purpose: "checkpoints", folder: "heads", account: "ledger-checkpoints" },
  check: (resources, { purpose, folder, account }) => {
    const buckets = ofType(resources, "aws:s3/bucketPolicy:BucketPolicy").filter(({ props }) =>
      /-causeway-[a-z0-9]+-audit-/.test(text(props, "bucket") ?? ""),
    );
    const keys = ofType(resources, "aws:kms/key:Key").filter(
      ({ props }) =>
        text(props, "keyUsage") === "SIGN_VERIFY" &&
        text(props, "tags.causeway:purpose") === purpose,
    );
    if (keys.length === 0)
      return buckets.map((resource) => ({
        resource,
        message: `${subject(resource)} must be beside a key of the purpose ${purpose}, got none`,
      }));
    return keys.flatMap((key) => {
      const [signer, ...more] = signers(key);
      return signer === undefined || more.length > 0
        ? [
            {
              resource: key,
              message: `${subject(key)} must let one role sign, got ${[signer ?? "whoever IAM lets", ...more].join(", ")}`,
            },
          ]
        : [...writers(buckets, folder, signer), ...takers(resources, account, signer)];
    });
  },
});

/** Roles that may sign with a key; none stands for a statement that names no single role. */
function signers(key: ResourceView): readonly string[] {
  const signing = statements(at(key.props, "policy")).filter(
    (statement) => statement.allows && meansAction(statement, "kms:Sign"),
  );
  const named = signing.map(({ conditions }) =>
    conditions
      .filter((one) => one.operator === "StringEquals" && one.key === caller)
      .flatMap(({ values }) => values),
  );
  return named.some((roles) => roles.length === 0) ? [] : [...new Set(named.flat())];
}

/** Audit buckets that let somebody else write a checkpoint. */
function writers(buckets: readonly ResourceView[], folder: string, signer: string) {
  return buckets
    .filter(({ props }) => {
      const target = `arn:aws:s3:::${text(props, "bucket") ?? ""}/${folder}/000000000001.json`;
      return !statements(at(props, "policy")).some(
        ({ conditions, ...statement }) =>
          !statement.allows &&
          statement.principals.includes("*") &&
          statement.actions.some((action) => like(action, "s3:PutObject")) &&
          statement.resources.some((pattern) => like(pattern, target)) &&
          conditions.length === 1 &&
          conditions.every(
            ({ operator, key, values }) =>
              operator === "StringNotEquals" && key === caller && values.join() === signer,
          ),
      );
    })
    .map((policy) => ({
      resource: policy,
      message: `${subject(policy)} must deny s3:PutObject in ${folder}/ to all but ${signer}`,
    }));
}

/** The signing role, where another may assume it than the pods of its account. */
function takers(resources: readonly ResourceView[], account: string, signer: string) {
  return ofType(resources, iamRoleType)
    .filter((role) => signer.endsWith(`:role/${nameOf(role)}`))
    .filter(
      (role) =>
        !trustOf(role).every(
          ({ principals, conditions }) =>
            principals.every((principal) => principal === pods) &&
            conditions.some(
              ({ operator, key, values }) =>
                operator === "StringEquals" && key === podAccount && values.join() === account,
            ),
        ),
    )
    .map((role) => ({
      resource: role,
      message: `${subject(role)} must be assumable by pods of ${account} alone, because it signs checkpoints of the ledger`,
    }));
}
