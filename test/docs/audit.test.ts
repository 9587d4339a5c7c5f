import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const project = resolve(__dirname, "..", "..");

interface Question {
  readonly title: string;
  readonly commands: string;
  readonly prints: readonly string[];
}

/** The numbered sections of the page: their commands, and what the page says that they print. */
const questions = readFileSync(join(project, "docs", "audit.md"), "utf8").split(/^## (?=\d+\. )/m).slice(1).map((section): Question => {
  const [title = ""] = section.split("\n");
  const commands = [...section.matchAll(/^```\n([^`]+)```$/gm)].map(([, text]) => text).join("");
  const prints = [...(/^Prints: (.*)$/m.exec(section)?.[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, text]) => text!);
  return { title, commands, prints };
});

test("the page has ten questions, each with commands and what they print", () => {
  expect(questions.map(({ title }) => Number.parseInt(title, 10))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  for (const { title, commands, prints } of questions) expect({ title, asked: commands.length > 0, answered: prints.length > 0 }).toEqual({ title, asked: true, answered: true });
});

test.each(questions.map((question): [string, Question] => [question.title, question]))("%s", (_title, { commands, prints }) => {
  const { status, stdout, stderr } = spawnSync("bash", ["-e", "-c", commands], { cwd: project, encoding: "utf8", maxBuffer: 1 << 28 });
  expect({ status, stderr: status === 0 ? "" : stderr + stdout }).toEqual({ status: 0, stderr: "" });
  expect({ missing: prints.filter((text) => !stdout.includes(text)), end: prints.every((text) => stdout.includes(text)) ? "" : stdout.slice(-2_000) }).toEqual({ missing: [], end: "" });
}, 180_000);
