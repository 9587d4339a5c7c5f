import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ambiguous from "../../services/contract/ambiguous-scalars.json";
import { contractSchema } from "../../services/contract/contract";
import { decodeText } from "../../services/contract/files";
import { InputError, parseOrThrow } from "../../services/contract/problems";
import refused from "../../services/contract/refused-yaml.json";
import { parseYaml } from "../../services/contract/yaml";

/** Contracts of a folder by file name; services/training/tests/test_contract.py reads them too. */
const contracts = (folder: string) =>
  readdirSync(join(__dirname, folder))
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => [name, readFileSync(join(__dirname, folder, name))] as const);

/** Keys that are named for a text, each once, sorted; [] for a good contract. */
function keysNamed(input: Uint8Array | string): string[] {
  try {
    const text = typeof input === "string" ? input : decodeText(input, "model.yaml");
    parseOrThrow(contractSchema, parseYaml(text, "model.yaml"), "model.yaml");
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return [...new Set(error.problems.map(({ key }) => key))].sort();
  }
}

describe("contracts that both languages read", () => {
  const bad = contracts("bad");

  it("are 60 bad ones or more", () => {
    expect(bad.length).toBeGreaterThanOrEqual(60);
  });

  it.each(bad)("bad/%s: exactly its keys are named", (_, bytes) => {
    const keys = JSON.parse(/^# keys: (.*)/.exec(bytes.toString("utf8"))![1]!) as string[];
    expect(keys.length).toBeGreaterThan(0);
    expect(keysNamed(bytes)).toEqual([...keys].sort());
  });

  it.each(contracts("good"))("good/%s is taken", (_, bytes) => {
    expect(keysNamed(bytes)).toEqual([]);
  });
});

describe("a scalar that YAML 1.1 and 1.2 read differently", () => {
  it.each(ambiguous.flatMap(({ examples }) => examples))("%s is refused without quotes", (text) => {
    const key = text.includes(".") ? `["${text}"]` : text;
    expect(keysNamed(`value: ${text}\n${text}: value\nquoted: "${text}"`)).toEqual(
      [key, "value"].sort(),
    );
  });

  it("is shown, with the advice to quote it", () => {
    expect(() => parseYaml("rows: 01500", "model.yaml")).toThrow(
      'model.yaml has 1 problem:\n  - rows: got "01500", allowed: quotes around it if it is text, else a form that all read alike: 01500 is octal or text in YAML 1.1, decimal in YAML 1.2',
    );
  });
});

it.each(refused.flatMap(({ examples }) => examples))("refuses %j before it is read", (text) => {
  expect(keysNamed(text)).toEqual(["(whole input)"]);
});

it("reads what both versions read alike by the core schema", () => {
  expect(
    parseYaml(
      "[1, -2, 0, +3, 0x1F, 1.5, .5, 1., 1.5e+3, .inf, true, ~, null, a b, 1.2.3, 0 3 * *]",
      "a list",
    ),
  ).toEqual([
    1,
    -2,
    0,
    3,
    31,
    1.5,
    0.5,
    1,
    1500,
    Infinity,
    true,
    null,
    null,
    "a b",
    "1.2.3",
    "0 3 * *",
  ]);
});
