import { rule as nameLength } from "../../../../policies/rules/reliability/name-length";
import { role } from "../../../support/baselines/aws";
import { ruleSuite, set } from "../../../support/rule-suite";

ruleSuite(nameLength, {
  type: "aws:iam/role:Role",
  good: role,
  deviations: {
    "a name of 65 characters": (good) => ({
      deviant: set(good, "name", "n".repeat(65)),
      message: /must have a name of at most 64 characters, got n{65}: 65$/,
    }),
  },
});

const targetGroup = (name: string, props: Record<string, unknown> = {}) =>
  nameLength.check({ type: "aws:lb/targetGroup:TargetGroup", name, props }, {});

it("counts the digits that the provider adds to a name that it makes", () => {
  expect(targetGroup("a".repeat(24))).toEqual([]);
  expect(targetGroup("a".repeat(25))).toEqual([
    `TargetGroup "${"a".repeat(25)}" must have a name of at most 32 characters, got ${"a".repeat(25)} and 8 more: 33`,
  ]);
});

it("takes a name that is given as it is", () => {
  expect(targetGroup("a".repeat(60), { name: "short" })).toEqual([]);
  expect(targetGroup("short", { name: "a".repeat(33) })).toHaveLength(1);
});

it.each([
  ["aws:iam/role:Role", 64],
  ["aws:s3/bucket:Bucket", 63],
  ["aws:eks/cluster:Cluster", 100],
  ["aws:lb/loadBalancer:LoadBalancer", 32],
])("allows a %s no more than %d characters", (type, longest) => {
  const named = (name: string) => nameLength.check({ type, name, props: {} }, {});
  expect(named("n".repeat(longest - 8))).toEqual([]);
  expect(named("n".repeat(longest - 7))).toHaveLength(1);
});
