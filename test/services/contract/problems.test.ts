import { z } from "zod";
import {
  describeProblem,
  InputError,
  parseOrThrow,
  pathName,
} from "../../../services/contract/problems";

const schema = z.strictObject({
  list: z.array(z.strictObject({ size: z.number().min(1) })),
  mode: z.enum(["fast", "slow"]),
});

function problemsOf(input: unknown) {
  try {
    parseOrThrow(schema, input, "settings.yaml");
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("nothing failed");
}

describe("parseOrThrow", () => {
  it("returns what is right", () => {
    const right = { list: [{ size: 2 }], mode: "fast" } as const;
    expect(parseOrThrow(schema, right, "settings.yaml")).toEqual(right);
  });

  it("throws every problem with its place, the value got and what is allowed", () => {
    expect(
      problemsOf({ list: [{ size: 0 }, { size: "big", colour: "red" }], mode: "idle" }).message,
    ).toBe(
      [
        "settings.yaml has 4 problems:",
        "  - list[0].size: got 0, allowed: number to be >=1",
        '  - list[1].size: got "big", allowed: a number',
        '  - list[1].colour: got "red", allowed: no such key; docs/stack.schema.json lists those of a stack, docs/model.schema.json those of a contract',
        '  - mode: got "idle", allowed: one of "fast"|"slow"',
      ].join("\n"),
    );
  });

  it("says what a key of a record must be, and gives kinds of values in words", () => {
    const records = z.strictObject({
      rates: z.record(z.string().regex(/^[a-z]+-1$/, "a region such as west-1"), z.number()),
      names: z.array(z.string()),
      gate: z.strictObject({ min: z.number() }),
    });
    expect(() => parseOrThrow(records, { rates: { west: 3 }, names: "a" }, "x")).toThrow(
      'x has 3 problems:\n  - rates.west: got "west", allowed: as a key a region such as west-1\n  - names: got "a", allowed: a list\n  - gate: got nothing, allowed: a mapping of keys',
    );
  });

  it("names the whole input when nothing of it is right", () => {
    expect(problemsOf(null).problems).toEqual([
      { key: "(whole input)", got: null, allowed: "a mapping of keys" },
    ]);
  });
});

describe("pathName", () => {
  it.each([
    [["regions", 1, "cidr"], "regions[1].cidr"],
    [["x y", "constructor"], "x y.constructor"],
    [[""], '[""]'],
    [["metrics", "a.b"], 'metrics["a.b"]'],
    [["a\nb has 0 problems"], '["a\\nb has 0 problems"]'],
    [["k".repeat(500)], `["${"k".repeat(80)}..."]`],
    [[], "(whole input)"],
  ])("writes %j as %s", (path, expected) => {
    expect(pathName(path)).toBe(expected);
  });
});

describe("describeProblem", () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);

  it.each([
    ["nothing", undefined, "nothing"],
    ["a text", "a", '"a"'],
    ["an integer beyond JSON", 12345678901234567890n, "12345678901234567890n"],
    ["a cycle", cycle, "<ref *1> [ [Circular *1] ]"],
    ["a long text", "x".repeat(200), `"${"x".repeat(116)}...`],
  ])("shows %s", (_, got, shown) => {
    expect(describeProblem({ key: "k", got, allowed: "b" })).toBe(`k: got ${shown}, allowed: b`);
  });
});
