import { unknownCheckingProxy } from "@pulumi/policy";
import {
  at,
  list,
  number,
  present,
  record,
  text,
  companions,
  refersTo,
} from "../../policies/resources";
import { unknown } from "../support/rule-suite";
import { type ResourceView } from "../../policies/rule";

const props = { spec: { name: "a", count: 2, items: [{ name: "b" }], empty: "", nothing: null } };

it("reads a value by its path, and what is missing or of another kind as absent", () => {
  expect(at(props, "spec.items.0.name")).toBe("b");
  expect(at(props, "spec.name.length")).toBeUndefined();
  expect(text(props, "spec.count")).toBeUndefined();
  expect(number(props, "spec.count")).toBe(2);
  expect(list(props, "spec.name")).toEqual([]);
  expect(record(props, "spec.items")).toEqual({});
});

it.each([
  ["spec.name", true],
  ["spec.count", true],
  ["spec.empty", false],
  ["spec.nothing", false],
  ["spec.missing", false],
  ["missing.name", false],
])("says whether %s is set: %s", (path, set) => expect(present(props, path)).toBe(set));

it("counts a value that is not known yet as set, without reading it", () => {
  const proxied = unknownCheckingProxy({ kmsKeyId: unknown, spec: { key: unknown } });
  expect(present(proxied, "kmsKeyId")).toBe(true);
  expect(present(proxied, "spec.key")).toBe(true);
  expect(() => at(proxied, "kmsKeyId")).toThrow(/kmsKeyId can't be known/);
});

it("throws where a parent of the path is not known yet", () => {
  expect(() => present(unknownCheckingProxy({ spec: unknown }), "spec.key")).toThrow(
    /spec can't be known/,
  );
});

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
