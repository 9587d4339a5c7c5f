import { InputError } from "../../../services/contract/problems";
import { maximumAliases, parseYaml } from "../../../services/contract/yaml";

const refused = (text: string) => {
  try {
    parseYaml(text, "model.yaml");
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return "taken";
};

describe("parseYaml", () => {
  it("reads a document with as many aliases as are allowed", () => {
    expect(
      parseYaml(`a: &a 1\nb: [${Array(maximumAliases).fill("*a").join(", ")}]`, "model.yaml"),
    ).toEqual({ a: 1, b: Array(maximumAliases).fill(1) });
  });

  it("refuses aliases of aliases, which fill the memory when they are written out", () => {
    const lines = "bcdefghij"
      .split("")
      .map((name, i) => `${name}: &${name} [${Array(9).fill(`*${"abcdefghi"[i]}`).join(", ")}]`);
    expect(refused(["a: &a [x]", ...lines].join("\n"))).toMatch(
      /^model\.yaml has 1 problem:\n {2}- \(whole input\): got ".*alias.*", allowed: YAML$/,
    );
  });

  it.each(["&a [*a]", "a: &a\n  b: *a", "&a\n- b:\n  - *a"])(
    "refuses %j, which holds itself",
    (text) => {
      expect(refused(text)).toBe(
        'model.yaml has 1 problem:\n  - (whole input): got "*a is an alias inside of its own anchor", allowed: YAML',
      );
    },
  );

  it("takes one anchor in two places", () => {
    expect(parseYaml("a: &a [1]\nb: *a\nc: *a", "model.yaml")).toEqual({ a: [1], b: [1], c: [1] });
  });

  it("refuses 20,000 lists in each other, and tags that would run code", () => {
    expect(refused("[".repeat(20_000))).toMatch(/allowed: YAML$/);
    expect(refused("!!js/function 'function () {}'")).toMatch(/allowed: YAML$/);
  });
});
