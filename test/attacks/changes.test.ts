import { join } from "node:path";
import { packConfig } from "../../cli/plan/judgement";
import { viewOf, type RecordedResource } from "../../cli/plan/resource";
import { judge, type Violation } from "../../policies/judge";
import type { ResourceView, Rule } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { fixtureProject } from "../harness/fixtures";
import { planOf } from "../support/stacks";
import { applied, corpus, type Change } from "./changes/corpus";

const folder = join(__dirname, "changes");
const bad = corpus(folder);
const good = corpus(join(folder, "good"));
const config = packConfig(join(fixtureProject, "policies", "config", "prod.json"));

let planned: readonly RecordedResource[] = [];
const views = new Map<RecordedResource, ResourceView>();
const viewed = (resource: RecordedResource) => views.get(resource) ?? viewOf(resource);
let before: Violation[] = [];
beforeAll(async () => {
  planned = (await planOf("prod")).resources;
  for (const resource of planned) views.set(resource, viewOf(resource));
  before = judge(rules, [...views.values()], config);
});

function ruleOf({ rule: name }: Change): Rule {
  const [rule] = rules.filter((candidate) => candidate.name === name);
  if (rule === undefined) throw new Error(`${name} is no rule`);
  return rule;
}

/** Findings as texts, so that those of two plans compare. */
const said = (found: readonly Violation[]) =>
  found.map(({ rule, enforcement, resource, message }) =>
    [rule.name, enforcement, resource?.type ?? "", resource?.name ?? "", message].join(" | "),
  );

test.each([...bad, ...good])("each change of %s has a name of its own", (_file, changes) => {
  const names = changes.map(({ change }) => change);
  expect(names).toEqual([...new Set(names)]);
});

describe.each([...bad].filter(([, changes]) => changes.length > 0))(
  "an insecure change of %s",
  (_file, changes) => {
    test.each(changes.map((change) => [change.rule, change.change, change] as const))(
      "%s refuses: %s",
      (_rule, _title, change) => {
        const rule = ruleOf(change);
        const known = new Set(said(before.filter((violation) => violation.rule === rule)));
        const { all } = applied(planned, change, viewed);
        const found = judge([rule], all, config).filter(
          ({ enforcement }) => enforcement === "mandatory",
        );
        const fresh = said(found).filter((finding) => !known.has(finding));
        expect(fresh.length).toBeGreaterThan(0);
        if (change.says !== undefined) expect(fresh.join("\n")).toContain(change.says);
      },
    );
  },
);

describe.each([...good].filter(([, changes]) => changes.length > 0))(
  "a good change of %s",
  (_file, changes) => {
    test.each(changes.map((change) => [change.change, change] as const))(
      "no rule finds: %s",
      (_title, change) => {
        const known = new Set(said(before));
        const found = said(judge(rules, applied(planned, change, viewed).all, config));
        expect(found.filter((finding) => !known.has(finding))).toEqual([]);
      },
    );
  },
);
