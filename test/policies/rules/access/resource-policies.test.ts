import { rule as keyPolicy } from "../../../../policies/rules/access/key-policy";
import { rule as publicResource } from "../../../../policies/rules/access/resource-public";
import { rule as ownership } from "../../../../policies/rules/access/bucket-ownership";
import { rule as bucketPublic } from "../../../../policies/rules/access/bucket-public";
import {
  accountRoot,
  document,
  key,
  keyPolicyStatement,
  queue,
  replicaKey,
  topic,
} from "../../../support/baselines/aws";
import {
  bucketPolicy,
  bucketStack,
  denyPlaintext,
  ownership as goodOwnership,
} from "../../../support/baselines/buckets";
import { changed, without } from "../../../support/baselines/resource";
import { ruleSuite, set, unset } from "../../../support/rule-suite";

const reading = { Sid: "Read", Effect: "Allow", Action: ["s3:GetObject"], Resource: "*" };
const open = (extra: Record<string, unknown> = {}) =>
  document(denyPlaintext, { ...reading, Principal: "*", ...extra });
const subjects = [
  { type: "aws:s3/bucketPolicy:BucketPolicy", good: bucketPolicy },
  { type: "aws:kms/key:Key", good: key },
  { type: "aws:kms/replicaKey:ReplicaKey", good: replicaKey },
  {
    type: "aws:kms/keyPolicy:KeyPolicy",
    good: { keyId: "mrk-1", policy: document(keyPolicyStatement) },
  },
  {
    type: "aws:ecr/repositoryPolicy:RepositoryPolicy",
    good: {
      repository: "models",
      policy: document({ ...reading, Principal: { AWS: accountRoot } }),
    },
  },
  {
    type: "aws:secretsmanager/secretPolicy:SecretPolicy",
    good: { secretArn: "arn", policy: document({ ...reading, Principal: { AWS: accountRoot } }) },
  },
  { type: "aws:sns/topic:Topic", good: topic },
  { type: "aws:sqs/queue:Queue", good: queue },
];
for (const { type, good } of subjects) {
  ruleSuite(publicResource, {
    type,
    good,
    deviations: {
      everyone: (props) => ({
        deviant: set(props, "policy", open()),
        message: /^statement Read of \w+ "subject" must name its principals, got everyone$/,
      }),
      "everyone in another spelling": (props) =>
        set(props, "policy", open({ Principal: { AWS: ["*"] } })),
      "everyone but one": (props) =>
        set(
          props,
          "policy",
          document(denyPlaintext, { ...reading, NotPrincipal: { AWS: accountRoot } }),
        ),
      "everyone under a condition that ties nobody": (props) =>
        set(
          props,
          "policy",
          open({ Condition: { StringNotEquals: { "aws:PrincipalOrgID": "o-1" } } }),
        ),
      "everyone of any organization": (props) =>
        set(props, "policy", open({ Condition: { StringLike: { "aws:PrincipalOrgID": "*" } } })),
    },
  });
}

it("accepts everyone of one organization", () => {
  const props = {
    bucket: "data",
    policy: open({ Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }),
  };
  expect(
    publicResource.check({ type: "aws:s3/bucketPolicy:BucketPolicy", name: "subject", props }, {}),
  ).toEqual([]);
});

const user = "arn:aws:iam::111122223333:role/Reader";
for (const [type, good] of [
  ["aws:kms/key:Key", key],
  ["aws:kms/replicaKey:ReplicaKey", replicaKey],
] as const) {
  ruleSuite(keyPolicy, {
    type,
    good,
    deviations: {
      "everything for a role": (props) => ({
        deviant: set(
          props,
          "policy",
          document(keyPolicyStatement, {
            ...keyPolicyStatement,
            Sid: "Use",
            Principal: { AWS: user },
          }),
        ),
        message:
          /^statement Use of \w+ "subject" must list the actions of AWS:arn:aws:iam::111122223333:role\/Reader, got kms:\*$/,
      }),
      "everything for a service": (props) =>
        set(
          props,
          "policy",
          document({
            ...keyPolicyStatement,
            Principal: { Service: "logs.eu-west-1.amazonaws.com" },
          }),
        ),
    },
  });
}

ruleSuite(bucketPublic, {
  good: bucketStack,
  deviations: {
    "a bucket without a block": (good) => ({
      deviant: without(good, "data-public"),
      message:
        /^Bucket "data" must block public access with blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets$/,
    }),
    "a block with a gap": (good) => ({
      deviant: changed(good, "data-public", (props) => set(props, "blockPublicPolicy", false)),
      message: /with blockPublicPolicy$/,
    }),
    "a block for another bucket": (good) =>
      changed(good, "data-public", (props) => set(props, "bucket", "another")),
  },
});

ruleSuite(ownership, {
  type: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  good: goodOwnership,
  deviations: {
    "access control lists": (props) => ({
      deviant: set(props, "rule.objectOwnership", "ObjectWriter"),
      message: /must have objectOwnership BucketOwnerEnforced, got "ObjectWriter"$/,
    }),
    "no rule": (props) => unset(props, "rule"),
  },
});
