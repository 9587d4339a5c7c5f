import { rule as lock } from "../../../../policies/rules/governance/audit-lock";
import { rule as lockMode } from "../../../../policies/rules/governance/audit-lock-mode";
import { rule as retention } from "../../../../policies/rules/governance/audit-retention";
import { rule as purpose } from "../../../../policies/rules/governance/bucket-purpose";
import { rule as logGroup } from "../../../../policies/rules/governance/log-group-retention";
import { bucketPurposes } from "../../../../infra/kubernetes/labels";
import { clusterStack, document } from "../../../support/baselines/aws";
import { denyPlaintext } from "../../../support/baselines/buckets";
import { changedAt, resource } from "../../../support/baselines/resource";
import { ruleSuite, set, unset } from "../../../support/rule-suite";
import { rule as delivery } from "../../../../policies/rules/governance/trail-delivery";
import { goodBuckets } from "../reliability/good";

const lockType = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration";
const goodLock = {
  bucket: "example-audit-eu-west-1",
  objectLockEnabled: "Enabled",
  rule: { defaultRetention: { mode: "COMPLIANCE", days: 400 } },
};
const kept = "rule.defaultRetention";

ruleSuite(retention, {
  type: lockType,
  good: goodLock,
  deviations: {
    "three months": (g) => ({
      deviant: set(g, `${kept}.days`, 90),
      message:
        /BucketObjectLockConfiguration "example-audit-eu-west-1" must keep objects for 183 days or more, got 90/,
    }),
    "no time": (g) => unset(g, `${kept}.days`),
  },
  configured: [
    {
      title: "400 days where two years are asked for",
      parameters: { minimumDays: 730 },
      subject: (g) => g,
      fires: true,
    },
    {
      title: "two years in years",
      parameters: { minimumDays: 730 },
      subject: (g) => set(g, kept, { mode: "COMPLIANCE", years: 2 }),
      fires: false,
    },
  ],
});

ruleSuite(lockMode, {
  type: lockType,
  good: goodLock,
  deviations: {
    "a lock that an administrator can open": (g) => ({
      deviant: set(g, `${kept}.mode`, "GOVERNANCE"),
      message: /must lock objects in mode COMPLIANCE, got "GOVERNANCE"/,
    }),
  },
  configured: [
    {
      title: "that lock in a stack that is torn down",
      parameters: { modes: ["COMPLIANCE", "GOVERNANCE"] },
      subject: (g) => set(g, `${kept}.mode`, "GOVERNANCE"),
      fires: false,
    },
  ],
});

ruleSuite(lock, {
  good: goodBuckets(),
  deviations: {
    "an audit log without a lock": (g) => ({
      deviant: g.filter(({ name }) => name !== "example-audit-eu-west-1-lock"),
      message: /must have a BucketObjectLockConfiguration, got none/,
    }),
  },
  configured: [
    {
      title: "log buckets without a lock where they must have one",
      parameters: { buckets: ["*-logs-*"] },
      subject: (g) => g,
      fires: true,
    },
  ],
});

const goodBucket = { ...goodBuckets()[0]!.props };
ruleSuite(purpose, {
  type: "aws:s3/bucket:Bucket",
  good: goodBucket,
  deviations: {
    "no tag": (g) => ({
      deviant: unset(g, "tags.causeway:purpose"),
      message:
        /must have the tag causeway:purpose with one of data, artifacts, audit, logs, got nothing/,
    }),
    "another purpose": (g) => set(g, "tags.causeway:purpose", "scratch"),
  },
  configured: [
    {
      title: "another purpose that is known",
      parameters: { purposes: ["scratch"] },
      subject: (g) => set(g, "tags.causeway:purpose", "scratch"),
      fires: false,
    },
  ],
});

describe(purpose.name, () => {
  it("knows the purposes of the program", () =>
    expect(purpose.parameters["purposes"]).toEqual([...bucketPurposes, "logs"]));
});

ruleSuite(logGroup, {
  type: "aws:cloudwatch/logGroup:LogGroup",
  good: {
    name: "/causeway/prod/cluster",
    kmsKeyId: "arn:aws:kms:eu-west-1:111122223333:key/mrk-1",
    retentionInDays: 400,
    tags: { "causeway:classification": "internal" },
  },
  deviations: {
    "a month": (g) => ({
      deviant: set(g, "retentionInDays", 30),
      message: /must set retentionInDays to 183 or more, got 30/,
    }),
    "for ever": (g) => ({ deviant: unset(g, "retentionInDays"), message: /got for ever/ }),
  },
  configured: [
    {
      title: "a month where it suffices",
      parameters: { minimumDays: 30 },
      subject: (g) => set(g, "retentionInDays", 30),
      fires: false,
    },
  ],
});

const refuse = (more: object = {}) => ({
  Sid: "RefuseOtherKeys",
  Effect: "Deny",
  Principal: "*",
  Action: ["s3:PutObject"],
  Resource: ["arn:aws:s3:::audit/*"],
  Condition: {
    StringNotEqualsIfExists: { "s3:x-amz-server-side-encryption": "aws:kms", ...more },
  },
});
const exceptTrail = { "aws:PrincipalServiceName": "cloudtrail.amazonaws.com" };
ruleSuite(delivery, {
  good: [
    ...clusterStack.map((each) =>
      each.name === "trail" ? { ...each, props: { ...each.props, s3BucketName: "audit" } } : each,
    ),
    resource("aws:s3/bucketPolicy:BucketPolicy", "policy", {
      bucket: "audit",
      policy: document(denyPlaintext, refuse(exceptTrail)),
    }),
  ],
  deviations: {
    "a bucket that refuses the digests of its trail": (stack) => ({
      deviant: changedAt(stack, "policy", "policy", document(denyPlaintext, refuse())),
      message:
        /^Statement RefuseOtherKeys of BucketPolicy "policy" must except cloudtrail\.amazonaws\.com, got/,
    }),
    "a bucket that excepts another service": (stack) =>
      changedAt(
        stack,
        "policy",
        "policy",
        document(
          denyPlaintext,
          refuse({ "aws:PrincipalServiceName": "delivery.logs.amazonaws.com" }),
        ),
      ),
  },
});
