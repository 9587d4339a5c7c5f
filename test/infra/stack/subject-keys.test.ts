import * as pulumi from "@pulumi/pulumi";
import { ringText, SubjectKeys } from "../../../infra/stack/subject-keys";
import { keysFrom } from "../../../services/model-server/identity/keys";
import { record } from "../../support/record";

test("a ring has a line for each version, which the server reads", () => {
  const text = ringText(["x".repeat(48), "y".repeat(48)], 3);
  expect(text).toBe(`k3 ${"x".repeat(48)}\nk4 ${"y".repeat(48)}\n`);
  expect(keysFrom(Buffer.from(text), "loan-approval").map(({ version }) => version)).toEqual([
    "k4",
    "k3",
  ]);
});

test("a rotation adds one secret and keeps the others by their names; raising the oldest ends them", async () => {
  const secrets = async (current: number, oldest: number) =>
    (await record(() => void new SubjectKeys("subject-keys", { current, oldest })))
      .filter(({ type }) => type.includes("random"))
      .map(({ name }) => name);
  expect(await secrets(1, 1)).toEqual(["subject-keys-k1"]);
  expect(await secrets(3, 1)).toEqual(["subject-keys-k1", "subject-keys-k2", "subject-keys-k3"]);
  expect(await secrets(3, 3)).toEqual(["subject-keys-k3"]);
});

test("the ring is a secret in the state", async () => {
  let ring: pulumi.Output<string> | undefined;
  await record(() => {
    ({ ring } = new SubjectKeys("subject-keys", { current: 1, oldest: 1 }));
  });
  expect(await pulumi.isSecret(ring!)).toBe(true);
});
