import { rule as deletionWindow } from "../../../../policies/rules/encryption/key-deletion-window";
import { rule as multiRegion } from "../../../../policies/rules/encryption/key-multi-region";
import { rule as rotation } from "../../../../policies/rules/encryption/key-rotation";
import {
  document,
  key,
  keyPolicyStatement,
  logGroup,
  replicaKey,
} from "../../../support/baselines/aws";
import { changedAt, resource } from "../../../support/baselines/resource";
import { ruleSuite, set, unset } from "../../../support/rule-suite";
import { rule as service } from "../../../../policies/rules/encryption/key-service";

const type = "aws:kms/key:Key";

ruleSuite(rotation, {
  type,
  good: key,
  deviations: {
    "a key that never rotates": (good) => ({
      deviant: set(good, "enableKeyRotation", false),
      message: /^Key "subject" must set enableKeyRotation to true, got false$/,
    }),
    "a key that does not say": (good) => ({
      deviant: unset(good, "enableKeyRotation"),
      message: /got nothing$/,
    }),
  },
});

it("lets an asymmetric key be, which KMS cannot rotate", () => {
  expect(
    rotation.check({ type, name: "signing", props: { customerMasterKeySpec: "RSA_4096" } }, {}),
  ).toEqual([]);
});

const workspace = {
  type: "aws:amp/workspace:Workspace",
  name: "metrics",
  props: {
    alias: "metrics",
    kmsKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/of-metrics",
    tags: { "causeway:classification": "internal" },
  },
};
const ofMetrics = {
  ...resource(type, "of-metrics", { ...unset(key, "multiRegion") }),
  identities: [workspace.props.kmsKeyArn],
};
const ofData = resource(type, "of-data", key);

ruleSuite(multiRegion, {
  good: [ofData, ofMetrics, workspace],
  deviations: {
    "a key of one region": () => [{ ...ofData, props: unset(key, "multiRegion") }],
    "a key that says so": () => [{ ...ofData, props: set(key, "multiRegion", false) }],
    "a multi-Region key of a metrics workspace": () => ({
      deviant: [{ ...ofMetrics, props: key }, workspace],
      message: /^Key "of-metrics" must not be multi-Region, because Workspace "metrics" uses it$/,
    }),
  },
});

ruleSuite(deletionWindow, {
  type,
  good: key,
  deviations: {
    "a week": (good) => ({
      deviant: set(good, "deletionWindowInDays", 7),
      message: /must wait 30 days or more before deletion, got deletionWindowInDays 7$/,
    }),
  },
  configured: [
    {
      title: "a week",
      parameters: { minimumDays: 7 },
      subject: (good) => set(good, "deletionWindowInDays", 7),
      fires: false,
    },
    {
      title: "KMS's own default of 30 days",
      parameters: { minimumDays: 30 },
      subject: (good) => unset(good, "deletionWindowInDays"),
      fires: false,
    },
  ],
});
ruleSuite(deletionWindow, {
  type: "aws:kms/replicaKey:ReplicaKey",
  good: replicaKey,
  deviations: { "a week": (good) => set(good, "deletionWindowInDays", 7) },
});

const logKey = "arn:aws:kms:eu-west-1:111122223333:key/of-logs";
const forLogs = (...actions: string[]) =>
  document({
    Sid: "EncryptLogGroups",
    Effect: "Allow",
    Principal: { Service: "logs.eu-west-1.amazonaws.com" },
    Action: actions,
    Resource: "*",
  });
const logUse = ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"];
ruleSuite(service, {
  good: [
    resource(type, "of-logs", { ...key, keyId: logKey, policy: forLogs(...logUse) }, logKey),
    resource("aws:cloudwatch/logGroup:LogGroup", "group", { ...logGroup, kmsKeyId: logKey }),
  ],
  deviations: {
    "a key that the logs cannot use": (good) => ({
      deviant: changedAt(good, "of-logs", "policy", document(keyPolicyStatement)),
      message:
        /^Key "of-logs" must let logs\.\*\.amazonaws\.com use it for LogGroup "group", got no statement for kms:Encrypt, kms:Decrypt, kms:GenerateDataKey$/,
    }),
    "a key that the logs can only read by": (good) => ({
      deviant: changedAt(good, "of-logs", "policy", forLogs("kms:Decrypt")),
      message: /got no statement for kms:Encrypt, kms:GenerateDataKey$/,
    }),
  },
});
