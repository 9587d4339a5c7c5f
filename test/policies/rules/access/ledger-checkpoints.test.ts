import { rule } from "../../../../policies/rules/access/ledger-checkpoints";
import { bucketPolicy } from "../../../../infra/aws/bucket-policy";
import { podTrust } from "../../../../infra/region/cluster-roles";
import { accountRoot, document, key } from "../../../support/baselines/aws";
import { changed, changedAt, resource, without } from "../../../support/baselines/resource";
import { ruleSuite, set } from "../../../support/rule-suite";

const naming = { organization: "example", stack: "prod", account: "111122223333" };
const bucket = "example-causeway-prod-audit-eu-west-1";
const signer = "arn:aws:iam::111122223333:role/example-causeway-prod-checkpoints";
const sign = (...principals: string[]) => ({
  Sid: "Sign",
  Effect: "Allow",
  Principal: { AWS: accountRoot },
  Action: ["kms:Sign"],
  Resource: "*",
  ...(principals.length > 0 && {
    Condition: { StringEquals: { "aws:PrincipalArn": principals } },
  }),
});
const trust = (account: string) =>
  JSON.stringify(podTrust("causeway-prod-eu-west-1", "causeway-training", account));
const policy = JSON.stringify(bucketPolicy(bucket, "audit", naming, "eu-west-1", "eu-west-1"));
const good = [
  resource("aws:kms/key:Key", "key", {
    ...key,
    enableKeyRotation: undefined,
    keyUsage: "SIGN_VERIFY",
    customerMasterKeySpec: "ECC_NIST_P256",
    tags: { "causeway:purpose": "checkpoints" },
    policy: document(sign(signer)),
  }),
  resource("aws:s3/bucketPolicy:BucketPolicy", "bucket", { bucket, policy }),
  resource("aws:iam/policy:Policy", "boundary", {
    name: "boundary",
    policy: document({
      Sid: "Write",
      Effect: "Allow",
      Action: ["s3:PutObject"],
      Resource: [`arn:aws:s3:::${bucket}/*`],
    }),
  }),
  resource("aws:iam/role:Role", "role", {
    name: "example-causeway-prod-checkpoints",
    permissionsBoundary: "boundary",
    assumeRolePolicy: trust("ledger-checkpoints"),
  }),
];

ruleSuite(rule, {
  good,
  deviations: {
    "a key that whoever IAM lets signs with": (stack) => ({
      deviant: changedAt(stack, "key", "policy", document(sign())),
      message: /must let one role sign, got whoever IAM lets$/,
    }),
    "a key of two roles": (stack) => ({
      deviant: changedAt(stack, "key", "policy", document(sign(signer, `${signer}-2`))),
      message: /must let one role sign, got .*checkpoints, .*checkpoints-2$/,
    }),
    "no key": (stack) => ({
      deviant: without(stack, "key"),
      message: /must be beside a key of the purpose checkpoints, got none$/,
    }),
    "a bucket that others write checkpoints into": (stack) => ({
      deviant: changed(stack, "bucket", (props) =>
        set(props, "policy", policy.replace(signer, `${signer}-2`)),
      ),
      message: /must deny s3:PutObject in heads\/ to all but .*checkpoints$/,
    }),
    "a role of another account's pods": (stack) => ({
      deviant: changedAt(stack, "role", "assumeRolePolicy", trust("retraining-promoter")),
      message: /must be assumable by pods of ledger-checkpoints alone/,
    }),
    "a role of any pods": (stack) =>
      changedAt(
        stack,
        "role",
        "assumeRolePolicy",
        trust("ledger-checkpoints").replace("kubernetes-service-account", "kubernetes-pod-name"),
      ),
  },
});
