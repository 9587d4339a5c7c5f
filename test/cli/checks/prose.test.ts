import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run } from "../../harness/lib/process";

const project = resolve(__dirname, "..", "..", "..");
const folder = mkdtempSync(join(tmpdir(), "prose-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What `npm run lint` says of a page, as rule and line. */
async function problems(page: string): Promise<string[]> {
  const file = join(folder, "page.md");
  writeFileSync(file, page);
  const { stdout } = await run(
    process.execPath,
    [
      "--import",
      "tsx",
      "node_modules/textlint/bin/textlint.js",
      "--rulesdir",
      "cli/checks/prose",
      "--format",
      "json",
      file,
    ],
    { cwd: project },
  );
  const [result] = JSON.parse(stdout) as { messages: { ruleId: string; line: number }[] }[];
  return (result?.messages ?? []).map(({ ruleId, line }) => `${ruleId} ${line}`);
}

const good =
  "# Page\n\nThe server returns a label. Code may name `retraining-lake`.\n\n```\necho lake\n```\n";

test("a plain page has no problem", async () => {
  expect(await problems(good)).toEqual([]);
});

test("words, long sentences and weasel words are found, each in its line", async () => {
  const long = `The server ${"returns a label and ".repeat(12)}stops.`;
  expect(
    await problems(`# Page\n\nThe row is in the lake.\n\n${long}\n\nThis is very fast.\n`),
  ).toEqual(["words 3", "sentence-length 5", "write-good 7"]);
});

test("a page of passive sentences is found, one of some is not", async () => {
  const passive = "The row was deleted. ";
  const active = "The step deletes the row. ";
  expect(await problems(`# Page\n\n${passive.repeat(8)}${active.repeat(4)}\n`)).toEqual([
    "passive 1",
  ]);
  expect(await problems(`# Page\n\n${passive.repeat(3)}${active.repeat(9)}\n`)).toEqual([]);
});
