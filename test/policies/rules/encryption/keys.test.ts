import { rule as deletionWindow } from "../../../../policies/rules/encryption/key-deletion-window";
import { rule as multiRegion } from "../../../../policies/rules/encryption/key-multi-region";
import { rule as rotation } from "../../../../policies/rules/encryption/key-rotation";
import { key, replicaKey } from "../../../support/baselines/aws";
import { resource } from "../../../support/baselines/resource";
import { ruleSuite, set, unset } from "../../../support/rule-suite";

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
