import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Rule } from "../../policies/rule";
import { rules } from "../../policies/rules";

const mockSuites = new Set<string>();
jest.mock("../support/rule-suite", () => ({
  ...jest.requireActual<object>("../support/rule-suite"),
  ruleSuite: ({ name }: Rule) => mockSuites.add(name),
}));

/** Rules that no suite can show, with the reason and the file of tests that does. */
const elsewhere: Readonly<Record<string, readonly [reason: string, file: string]>> = {
  "access-resource-provider": [
    "it judges the provider, which is no property",
    "test/policies/rules/access/authorization.test.ts",
  ],
  "governance-model-signed": [
    "it advises where another rule refuses or advises as well",
    "test/policies/rules/governance/trust.test.ts",
  ],
  "governance-type-judged": ["it judges the type alone", "test/attacks/closed-world.test.ts"],
};

/** Loads a file of tests, and registers none of them but its suites of rules. */
function load(file: string): void {
  const ignored = Object.assign(() => undefined, { each: () => () => undefined });
  const standins = {
    it: ignored,
    test: ignored,
    beforeAll: ignored,
    describe: (_title: string, body: () => void) => body(),
  };
  const real = { it, test, beforeAll, describe };
  Object.assign(globalThis, standins);
  try {
    jest.requireActual(file);
  } finally {
    Object.assign(globalThis, real);
  }
}

it("runs every rule through the suite that every rule owes", () => {
  const folder = join(__dirname, "rules");
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .forEach((file) => load(join(folder, file)));
  const without = rules.map(({ name }) => name).filter((name) => !mockSuites.has(name));
  expect(without.sort()).toEqual(Object.keys(elsewhere).sort());
  for (const [, file] of Object.values(elsewhere))
    expect(existsSync(join(__dirname, "../..", file))).toBe(true);
});
