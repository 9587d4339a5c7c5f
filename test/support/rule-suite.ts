import { unknownCheckingProxy } from "@pulumi/policy";
import { judge, type PackConfig, type Violation } from "../../policies/judge";
import {
  appliesTo,
  type Parameters,
  type ResourceRule,
  type ResourceView,
  type Rule,
  type StackRule,
} from "../../policies/rule";
import { rules } from "../../policies/rules";

export type Props = Record<string, unknown>;
/** What a deviation yields: the deviating thing, or that with the text its message must match. */
type Deviant<T> = T | { readonly deviant: T; readonly message: RegExp };
type Deviations<T> = Readonly<Record<string, (good: T) => Deviant<T>>>;

/**
 * A pack configuration of the rule's parameters, what it is applied to, and whether the rule must
 * fire then.
 */
interface Configured<T> {
  readonly title: string;
  readonly parameters: Parameters;
  readonly subject: (good: T) => T;
  readonly fires: boolean;
}

interface ResourceSuite {
  readonly type: string;
  readonly name?: string;
  /** Properties that satisfy every rule over this type, not only the one under test. */
  readonly good: Props;
  readonly deviations: Deviations<Props>;
  readonly configured?: readonly Configured<Props>[];
  /** Marks a kind of which the rule refuses every object; `good` satisfies all other rules. */
  readonly forbidden?: true;
}

interface StackSuite {
  /** Resources that satisfy every rule over any of them and every stack rule. */
  readonly good: readonly ResourceView[];
  readonly deviations: Deviations<readonly ResourceView[]>;
  readonly configured?: readonly Configured<readonly ResourceView[]>[];
}

/** The sentinel of a text that is not known before `pulumi up`. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/**
 * Registers the tests that every rule owes: the compliant baseline passes all rules that apply,
 * each deviation makes exactly this rule fire, an unknown value is at worst an advisory, and the
 * pack configuration is obeyed. A resource is judged by all resource rules, a stack by all rules.
 */
export function ruleSuite(rule: ResourceRule, suite: ResourceSuite): void;
export function ruleSuite(rule: StackRule, suite: StackSuite): void;
export function ruleSuite(rule: Rule, suite: ResourceSuite | StackSuite): void {
  if (rule.kind === "resource" && "type" in suite) resourceSuite(rule, suite);
  else if (rule.kind === "stack" && !("type" in suite)) stackSuite(rule, suite);
  else throw new Error(`${rule.name} is a rule over one ${rule.kind}; its suite is not`);
}

function resourceSuite(rule: ResourceRule, suite: ResourceSuite): void {
  const view = (props: Props): ResourceView => ({
    type: suite.type,
    name: suite.name ?? "subject",
    props,
  });
  const all = rules.filter((other) => other.kind === "resource");
  describe(`${rule.name} on ${suite.type}`, () => {
    it("looks at this type", () => expect(appliesTo(rule, suite.type)).toBe(true));
    shared(rule, all, suite, (props) => [view(props)]);
    it.each(Object.keys(suite.good))(
      "is no crash, and at worst an advisory, when %s is unknown",
      (key) => {
        const found = judge([rule], [view(proxied({ ...suite.good, [key]: unknown }))]);
        if (suite.forbidden) expect(found).toHaveLength(1);
        else expectAdvisory(found);
      },
    );
  });
}

function stackSuite(rule: StackRule, suite: StackSuite): void {
  describe(rule.name, () => {
    shared(rule, rules, suite, (resources) => resources);
    const cases = suite.good.flatMap((resource, index) =>
      Object.keys(resource.props).map((key) => ({ type: resource.type, index, key })),
    );
    it.each(cases)(
      "is no crash, and at worst an advisory, when $key of $type ($index) is unknown",
      ({ index, key }) => {
        const resources = suite.good.map((resource, i) => ({
          ...resource,
          props: proxied(i === index ? { ...resource.props, [key]: unknown } : resource.props),
        }));
        expectAdvisory(judge([rule], resources));
      },
    );
  });
}

interface Shared<T> {
  readonly good: T;
  readonly forbidden?: true;
  readonly deviations: Deviations<T>;
  readonly configured?: readonly Configured<T>[];
}

function shared<T extends Props | readonly ResourceView[]>(
  rule: Rule,
  all: readonly Rule[],
  suite: Shared<T>,
  resources: (subject: T) => readonly ResourceView[],
): void {
  const judged = (subject: T, config?: PackConfig) => judge(all, resources(subject), config);
  const deviants = Object.entries(suite.deviations).map(([title, deviate]) => ({
    title,
    ...opened(deviate(copy(suite.good))),
  }));

  it("is registered once under a name that starts with its area", () => {
    expect(rules.filter((other) => other.name === rule.name)).toEqual([rule]);
    expect(rule.name.startsWith(`${rule.area}-`)).toBe(true);
  });
  it("lets the compliant baseline pass, as does every other rule", () => {
    const found = judged(suite.good);
    expect(
      lines(suite.forbidden ? found.filter((violation) => violation.rule !== rule) : found),
    ).toEqual([]);
  });
  it("has a deviation", () => expect(deviants.length).toBeGreaterThan(0));
  it.each(deviants)("alone refuses $title", ({ deviant, message }) => {
    const found = judged(deviant);
    expect([
      ...new Set(found.map((violation) => violation.rule.name)),
      ...lines(found.filter((violation) => violation.rule !== rule)),
    ]).toEqual([rule.name]);
    for (const violation of found) {
      expect(violation.enforcement).toBe(rule.enforcement);
      expect(violation.message).toMatch(message);
    }
  });
  it.each(["advisory", "mandatory"] as const)("obeys a configured level of %s", (level) => {
    const found = judged(deviants[0]!.deviant, { [rule.name]: level });
    expect([...new Set(found.map((violation) => violation.enforcement))]).toEqual([level]);
  });
  it("is silent when disabled", () =>
    expect(lines(judged(deviants[0]!.deviant, { [rule.name]: "disabled" }))).toEqual([]));
  for (const { title, parameters, subject, fires } of suite.configured ?? []) {
    it(`with ${JSON.stringify(parameters)} ${fires ? "refuses" : "accepts"} ${title}`, () => {
      for (const key of Object.keys(parameters)) expect(rule.parameters).toHaveProperty(key);
      const found = judge([rule], resources(subject(copy(suite.good))), {
        [rule.name]: { ...parameters },
      });
      expect(found.length > 0 ? "fires" : "silent").toBe(fires ? "fires" : "silent");
    });
  }
}

function opened<T extends object>(
  result: Deviant<T>,
): { readonly deviant: T; readonly message: RegExp } {
  return isExpectation(result) ? result : { deviant: result, message: / must /i };
}

function isExpectation<T extends object>(
  result: Deviant<T>,
): result is { readonly deviant: T; readonly message: RegExp } {
  return "deviant" in result && "message" in result;
}

function expectAdvisory(found: readonly Violation[]): void {
  expect(lines(found.filter((violation) => violation.enforcement !== "advisory"))).toEqual([]);
}

function lines(found: readonly Violation[]): string[] {
  return found.map(
    (violation) =>
      `${violation.rule.name}: ${violation.resource?.name ?? "stack"}: ${violation.message}`,
  );
}

function proxied(props: Readonly<Props>): Props {
  return unknownCheckingProxy(props) as Props;
}

/**
 * A copy that shares nothing, not even within itself: a baseline may name one object twice, and a
 * deviation means one of them.
 */
function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copy) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)])) as T;
}

/**
 * A copy of `value` with the value at a dotted path replaced; list items are named by number:
 * `spec.containers.0.image`.
 */
export function set<T extends object>(value: T, path: string, replacement: unknown): T {
  const result = copy(value);
  const keys = path.split(".");
  const last = keys.pop()!;
  let parent = result as Record<string, unknown>;
  for (const key of keys) {
    parent[key] ??= {};
    parent = parent[key] as Record<string, unknown>;
  }
  parent[last] = replacement;
  return result;
}

/**
 * A copy of `value` without what is at a dotted path; a path that leads nowhere is a mistake in the
 * test.
 */
export function unset<T extends object>(value: T, path: string): T {
  const result = copy(value);
  const keys = path.split(".");
  const last = keys.pop()!;
  let parent = result as Record<string, unknown>;
  for (const key of keys) parent = parent[key] as Record<string, unknown>;
  if (!(last in parent)) throw new Error(`nothing to remove at ${path}`);
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
  return result;
}
