import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cloneWithFixtures } from "../harness/clone";
import { run, type RunResult } from "../harness/lib/process";
import { REPOSITORY } from "../harness/project";

interface Question {
  readonly title: string;
  readonly commands: string;
  readonly prints: readonly string[];
}

/** The numbered sections of the page: their commands, and what the page says that they print. */
const questions = readFileSync(join(REPOSITORY, "docs", "audit.md"), "utf8")
  .split(/^## (?=\d+\. )/m)
  .slice(1)
  .map((section): Question => {
    const [title = ""] = section.split("\n");
    const commands = [...section.matchAll(/^```\n([^`]+)```$/gm)].map(([, text]) => text).join("");
    const prints = [...(/^Prints: (.*)$/m.exec(section)?.[1] ?? "").matchAll(/`([^`]+)`/g)].map(
      ([, text]) => text!,
    );
    return { title, commands, prints };
  });

test("the page has ten questions, each with commands and what they print", () => {
  expect(questions.map(({ title }) => Number.parseInt(title, 10))).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
  ]);
  for (const { title, commands, prints } of questions)
    expect({ title, asked: commands.length > 0, answered: prints.length > 0 }).toEqual({
      title,
      asked: true,
      answered: true,
    });
});

const clone = mkdtempSync(join(tmpdir(), "causeway-audit-"));
afterAll(() => rmSync(clone, { recursive: true, force: true }));

/**
 * Carries out the commands of one question as somebody would who copies them into a shell; on the
 * model of the fixtures, which the answers are about.
 */
const asked = ({ commands }: Question): Promise<RunResult> =>
  run("bash", ["-e", "-c", commands], { cwd: clone });

/**
 * Questions wait for their own programs, not for each other: they share no file that they write, so
 * two are asked at a time, the longest first.
 */
const answers = new Map<string, Promise<RunResult>>();
beforeAll(async () => {
  await cloneWithFixtures(clone);
  const longest = [...questions].sort(
    (a, b) =>
      b.commands.split(/test\/training|--stack|evidence/).length -
        a.commands.split(/test\/training|--stack|evidence/).length || (a.title < b.title ? 1 : -1),
  );
  const lanes = [Promise.resolve(), Promise.resolve()];
  longest.forEach((question, i) => {
    const answer = (lanes[i % 2] ?? Promise.resolve()).then(() => asked(question));
    answers.set(question.title, answer);
    lanes[i % 2] = answer.then(
      () => undefined,
      () => undefined,
    );
  });
});

test.each(questions.map((question): [string, Question] => [question.title, question]))(
  "%s",
  async (title, { prints }) => {
    const {
      code: status,
      stdout,
      stderr,
    } = (await answers.get(title)) ?? { code: null, stdout: "", stderr: "" };
    expect({ status, stderr: status === 0 ? "" : stderr + stdout }).toEqual({
      status: 0,
      stderr: "",
    });
    expect({
      missing: prints.filter((text) => !stdout.includes(text)),
      end: prints.every((text) => stdout.includes(text)) ? "" : stdout.slice(-2_000),
    }).toEqual({ missing: [], end: "" });
  },
);
