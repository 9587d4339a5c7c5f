import { rule as deletionWindow } from "../../../../policies/rules/encryption/key-deletion-window";
import { rule as multiRegion } from "../../../../policies/rules/encryption/key-multi-region";
import { rule as rotation } from "../../../../policies/rules/encryption/key-rotation";
import { key, replicaKey } from "../../../support/baselines/aws";
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

ruleSuite(multiRegion, {
  type,
  good: key,
  deviations: {
    "a key of one region": (good) => unset(good, "multiRegion"),
    "a key that says so": (good) => set(good, "multiRegion", false),
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
