import { asSecret, changedFields, hasUnknown, project, refreshedInputs, reveal } from "./lib/json";

describe("what the server holds of what was declared", () => {
  it("leaves out fields that the server or a controller added", () => {
    expect(project({ spec: { a: 1 } }, { spec: { a: 1, added: true }, status: {} })).toEqual({
      spec: { a: 1 },
    });
  });

  it("shows a value that somebody changed", () => {
    expect(project({ spec: { replicas: 2 } }, { spec: { replicas: 5 } })).toEqual({
      spec: { replicas: 5 },
    });
  });

  it("keeps an empty value that the server does not store, and drops a set one that is gone", () => {
    expect(project({ a: {}, b: false, c: "set" }, {})).toEqual({ a: {}, b: false });
  });

  it("keeps the secret mark on a secret's current value", () => {
    expect(project({ data: asSecret({ key: "old" }) }, { data: { key: "new" } })).toEqual({
      data: asSecret({ key: "new" }),
    });
  });

  it("follows a list's current length", () => {
    expect(project({ rules: [{ a: 1 }] }, { rules: [{ a: 1, b: 2 }, { a: 3 }] })).toEqual({
      rules: [{ a: 1 }, { a: 3 }],
    });
  });
});

describe("inputs after a refresh", () => {
  it("stay as the program wrote them while the server's value stays the same", () => {
    expect(
      refreshedInputs({ cpu: "1000m", size: 1 }, { cpu: "1", size: 1 }, { cpu: "1", size: 2 }),
    ).toEqual({ cpu: "1000m", size: 2 });
  });
});

describe("marks of the engine", () => {
  it("reveals secrets at any depth", () => {
    expect(reveal({ a: [asSecret({ b: asSecret("c") })] })).toEqual({ a: [{ b: "c" }] });
  });

  it("finds an unknown value at any depth", () => {
    expect(hasUnknown({ a: ["04da6b54-80e4-46f7-96ec-b56ff0331ba9"] })).toBe(true);
    expect(hasUnknown({ a: ["text"] })).toBe(false);
  });

  it("names changed fields one level below the top", () => {
    expect(
      changedFields(
        { spec: { a: 1, b: 2 }, kind: "A" },
        { spec: { a: 1, b: 3 }, kind: "B", data: 1 },
      ),
    ).toEqual(["spec.b", "kind", "data"]);
  });
});
