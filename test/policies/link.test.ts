import { unknownCheckingProxy } from "@pulumi/policy";
import { companions, refersTo } from "../../policies/link";
import type { ResourceView } from "../../policies/rule";
import { unknown } from "../support/rule-suite";

const urn = (name: string) =>
  `urn:pulumi:prod::causeway::causeway:regional:Network$aws:ec2/vpc:Vpc::${name}`;
const vpc = (name: string, props = {}): ResourceView => ({
  type: "aws:ec2/vpc:Vpc",
  name,
  props,
  identities: [urn(name)],
});
const flowLog = (vpcId: unknown, references?: ResourceView["references"]): ResourceView => ({
  type: "aws:ec2/flowLog:FlowLog",
  name: "log",
  props: unknownCheckingProxy({ vpcId }) as Record<string, unknown>,
  ...(references && { references }),
});

it("knows a resource by a literal name", () => {
  const bucket: ResourceView = {
    type: "aws:s3/bucket:Bucket",
    name: "data",
    props: { bucket: "data-lake" },
  };
  expect(
    refersTo({ type: "t", name: "policy", props: { bucket: "data-lake" } }, "bucket", bucket),
  ).toBe(true);
  expect(refersTo({ type: "t", name: "policy", props: { bucket: "data" } }, "bucket", bucket)).toBe(
    false,
  );
  expect(refersTo({ type: "t", name: "policy", props: {} }, "bucket", bucket)).toBe(false);
});

it("knows a resource by its id", () => {
  expect(refersTo(flowLog("vpc-1"), "vpcId", { ...vpc("a"), identities: ["vpc-1"] })).toBe(true);
});

it("believes the engine's record while the value is unknown", () => {
  expect(refersTo(flowLog(unknown, { vpcId: [urn("a")] }), "vpcId", vpc("a"))).toBe(true);
  expect(refersTo(flowLog(unknown, { vpcId: [urn("b")] }), "vpcId", vpc("a"))).toBe(false);
});

it("tells the companions of two regions apart before either exists", () => {
  const [first, second] = [
    flowLog(unknown, { vpcId: [urn("a")] }),
    flowLog(unknown, { vpcId: [urn("b")] }),
  ];
  expect(companions([first, second], first.type, "vpcId", vpc("b"))).toEqual([second]);
});

it("refuses to guess where a value is unknown and no record tells", () => {
  expect(() => refersTo(flowLog(unknown), "vpcId", vpc("a"))).toThrow(
    /vpcId can't be known during preview/,
  );
  expect(() =>
    refersTo(
      flowLog(unknown, { vpcId: ["urn:pulumi:prod::causeway::aws:ec2/subnet:Subnet::s"] }),
      "vpcId",
      vpc("a"),
    ),
  ).toThrow(/vpcId/);
});
