import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";

const project = resolve(__dirname, "..", "..");
const pages = execFileSync(
  "git",
  ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
  {
    cwd: project,
    encoding: "utf8",
  },
)
  .split("\n")
  .filter((page) => page !== "" && existsSync(join(project, page)));

/** Text without code blocks, whose brackets are no references. */
const prose = (page: string) =>
  readFileSync(join(project, page), "utf8").replace(/^ *```[^]*?^ *```$/gm, "");

/** Names of headings as GitHub makes them. */
const anchors = (page: string): string[] =>
  [...prose(page).matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

/** The sample, which pages show; whoever has models of his own may delete it. */
const sample = join("services", "models", "loan-approval");
const exists = (path: string): boolean =>
  existsSync(join(project, path)) ||
  (normalize(path).startsWith(sample) && !existsSync(join(project, sample)));

/** References that lead nowhere, as written. */
const broken = (page: string): string[] =>
  [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? page : join(dirname(page), path);
      if (!exists(file)) return true;
      return anchor !== undefined && file.endsWith(".md") && !anchors(file).includes(anchor);
    });

/** Paths of the repository in code spans that lead nowhere; placeholders are left alone. */
const missing = (page: string): string[] =>
  [...prose(page).matchAll(/`((?:cli|docs|infra|lab|policies|services|test)\/[\w./-]+)`/g)]
    .map(([, path = ""]) => path)
    .filter((path) => ![path, `${path}.ts`].some(exists));

/** Records of what was: a decision or a version names files of its time. */
const records = /^(CHANGELOG\.md|docs\/adr\/)/;

test.each(pages.filter((page) => !records.test(page)))("%s names paths that exist", (page) => {
  expect(missing(page)).toEqual([]);
});

const { groups } = JSON.parse(readFileSync(join(project, "cli", "verbs.json"), "utf8")) as {
  groups: { verbs: { name: string }[] }[];
};
const verbs = groups.flatMap(({ verbs: ofGroup }) => ofGroup.map(({ name }) => name));

/** Commands of a page, in blocks too, that are neither a verb nor a group of verbs. */
const unknownVerbs = (page: string): string[] =>
  [
    ...readFileSync(join(project, page), "utf8").matchAll(
      /(?:npx |`)causeway ([a-z][a-z-]*(?: [a-z][a-z-]*)?)/g,
    ),
  ]
    .map(([, words = ""]) => words)
    .filter(
      (words) =>
        !verbs.some((verb) => `${words} `.startsWith(`${verb} `) || verb.startsWith(`${words} `)),
    );

test.each(pages.filter((page) => !records.test(page)))("%s names commands that exist", (page) => {
  expect(unknownVerbs(page)).toEqual([]);
});

test.each(pages)("%s refers to files and headings that exist", (page) => {
  expect(broken(page)).toEqual([]);
});

test("a reference to a heading that is not there is found", () => {
  expect(anchors("docs/delivery.md")).toContain("measured-error-rates");
  expect(anchors("docs/delivery.md")).not.toContain("measured");
});
