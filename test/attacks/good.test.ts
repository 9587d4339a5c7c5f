import { readdirSync } from "node:fs";
import { join } from "node:path";
import { lintManifests } from "../../cli/lint/lint";
import { rules } from "../../policies/rules";

const folder = join(__dirname, "good");
const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".yaml"))
  .sort();

test("the corpus of ordinary files is large enough to mean something", () =>
  expect(files.length).toBeGreaterThanOrEqual(100));

test.each(files)("no rule finds anything in %s", (file) => {
  const { findings, problems } = lintManifests([join(folder, file)], rules, {}, () => "");
  const found = findings.map(({ violation: { rule, message } }) => `${rule.name}: ${message}`);
  expect([...problems, ...found]).toEqual([]);
});
