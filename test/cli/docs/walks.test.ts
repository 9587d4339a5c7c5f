import { resolve } from "node:path";
import { loadWalks, walkProblems, walksMarkdown, type Walk } from "../../../cli/docs/walks";

const project = resolve(__dirname, "..", "..", "..");
const walks = loadWalks(project);

test.each(walks.map((walk): [string, Walk] => [walk.title, walk]))(
  "%s: each file is there and reached from an earlier one",
  (_, walk) => {
    expect(walkProblems(walk, project)).toEqual([]);
  },
);

const walk = (...paths: string[]): Walk => ({
  title: "planted",
  atMost: 3,
  steps: paths.map((path) => ({ path, does: "something" })),
});

test("an import leads from a file to another, and back", () => {
  expect(walkProblems(walk("cli/docs/docs.ts", "cli/docs/walks.ts"), project)).toEqual([]);
  expect(walkProblems(walk("cli/docs/walks.ts", "cli/docs/docs.ts"), project)).toEqual([]);
});

test("a Python import leads from a file to another", () => {
  const training = "services/training/causeway_training";
  expect(
    walkProblems(walk(`${training}/steps/package.py`, `${training}/provenance.py`), project),
  ).toEqual([]);
});

test("a walk is told what is wrong with it", () => {
  expect(walkProblems(walk("cli/docs/docs.ts", "cli/nowhere.ts"), project)).toEqual([
    "cli/nowhere.ts does not exist",
  ]);
  expect(walkProblems(walk("cli/docs/walks.ts", "infra/kubernetes/labels.ts"), project)).toEqual([
    "infra/kubernetes/labels.ts: no earlier file imports it or names it, nor the other way",
  ]);
  expect(
    walkProblems(walk("cli/docs/docs.ts", "cli/docs/walks.ts", "cli/docs/docs.ts"), project),
  ).toEqual(["cli/docs/docs.ts is there twice"]);
  const long = { ...walk("cli/docs/docs.ts", "cli/docs/walks.ts"), atMost: 1 };
  expect(walkProblems(long, project)).toEqual(["has 2 files, at most 1"]);
});

test("the page states how many files a walk takes", () => {
  expect(walksMarkdown([walk("cli/docs/docs.ts", "cli/docs/walks.ts")])).toBe(
    [
      "### planted: 2 files",
      "",
      "At most 3.",
      "",
      "1. [`cli/docs/docs.ts`](../cli/docs/docs.ts): something",
      "1. [`cli/docs/walks.ts`](../cli/docs/walks.ts): something",
    ].join("\n"),
  );
});
