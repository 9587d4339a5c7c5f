import { statements } from "../../iam";
import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "access-key-policy",
  area: "access",
  description:
    "A key policy must list what a principal may do; only the account itself may be given kms:*.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "List the actions of users and of administrators in statements of their own.",
  url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-03" }],
  types: ["aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey", "aws:kms/keyPolicy:KeyPolicy"],
  check: (key) =>
    statements(at(key.props, "policy"))
      .filter(
        (statement) =>
          statement.allows &&
          statement.actions.some((action) => action === "*" || action.toLowerCase() === "kms:*"),
      )
      .flatMap((statement) =>
        statement.principals
          .filter((principal) => principal !== "*" && !isAccount(principal))
          .map(
            (principal) =>
              `statement ${statement.sid} of ${subject(key)} must list the actions of ${principal}, got kms:*`,
          ),
      ),
});

/** An account as a principal leaves the decision to the account's own IAM policies. */
function isAccount(principal: string): boolean {
  return /^AWS:(arn:aws[a-z-]*:iam::\d{12}:root|\d{12})$/.test(principal);
}
