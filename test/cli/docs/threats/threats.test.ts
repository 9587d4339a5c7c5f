import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { rules } from "../../../../policies/rules";
import {
  actors,
  components,
  crosses,
  elements,
  flows,
  type FlowName,
} from "../../../../cli/docs/threats/graph";
import { answers, isEdit } from "../../../../cli/docs/threats/answers";
import { threats } from "../../../../cli/docs/threats/page";
import { strides } from "../../../../cli/docs/threats/threat";
import { planOf, project, stacks } from "../../../support/stacks";

const flowNames = Object.keys(flows) as FlowName[];

test("the model's components are the kinds of components in the plans of all stacks", async () => {
  const planned = new Set<string>();
  for (const stack of stacks)
    for (const lane of (await planOf(stack)).topology.lanes)
      for (const box of lane.boxes) planned.add(box.area);
  expect(Object.keys(components).sort()).toEqual([...planned].sort());
});

test("every component has a threat", () => {
  const met = new Set<string>(threats.flatMap((threat) => threat.elements));
  expect(Object.keys(components).filter((name) => !met.has(name))).toEqual([]);
});

test("every actor takes part in a flow", () => {
  const met = new Set<string>(Object.values(flows).flatMap(({ from, to }) => [from, to]));
  expect(Object.keys(actors).filter((name) => !met.has(name))).toEqual([]);
});

test.each(flowNames.filter(crosses))(
  "flow %s over a trust boundary has an answer to tampering, disclosure and denial",
  (flow) => {
    const met = threats
      .filter((threat) => threat.flows.includes(flow))
      .map((threat) => threat.stride);
    expect(
      ["tampering", "disclosure", "denial"].filter((stride) => !met.some((one) => one === stride)),
    ).toEqual([]);
  },
);

test("every flow has a threat, and every kind of STRIDE is met", () => {
  const met = new Set(threats.flatMap((threat) => threat.flows));
  expect(flowNames.filter((flow) => !met.has(flow))).toEqual([]);
  expect(new Set(threats.map(({ stride }) => stride))).toEqual(new Set(Object.keys(strides)));
});

test("ids are words, and each stands once", () => {
  const ids = threats.map(({ id }) => id);
  expect(ids.filter((id) => !/^[a-z]+(-[a-z]+)*$/.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});

test.each(threats.map((threat) => [threat.id, threat] as const))(
  "%s names rules and tests that exist, where it stands, and what stays",
  (_, threat) => {
    const known = new Set(rules.map((rule) => rule.name));
    expect(threat.rules.filter((rule) => !known.has(rule))).toEqual([]);
    expect(threat.tests.filter((file) => !existsSync(join(project, file)))).toEqual([]);
    expect(threat.rules.length + threat.tests.length).toBeGreaterThan(0);
    expect(threat.elements.length + threat.flows.length).toBeGreaterThan(0);
    expect(threat.elements.filter((name) => !(name in elements))).toEqual([]);
    expect(threat.residual).toMatch(/^[A-Z].{10,}\.$/);
  },
);

test("every threat has one answer that can be taken away, or somebody else who gives it", () => {
  expect([...answers.keys()].sort()).toEqual(threats.map(({ id }) => id).sort());
});

test.each([...answers].flatMap(([id, answer]) => (isEdit(answer) ? [[id, answer] as const] : [])))(
  "the answer to %s stands once in its file, and its test is there",
  (_, { file, text, instead, test: tests, name = "" }) => {
    expect(readFileSync(join(project, file), "utf8").split(text)).toHaveLength(2);
    expect(instead).not.toBe(text);
    expect(readFileSync(join(project, tests), "utf8")).toContain(name);
  },
);
