import { unknownCheckingProxy } from "@pulumi/policy";
import { at, list, number, present, record, text } from "../../policies/read";
import { unknown } from "../support/rule-suite";

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
