import { join } from "node:path";
import { unknownCheckingProxy } from "@pulumi/policy";
import { resourcesOf } from "../../cli/lint/manifests";
import { judge } from "../../policies/judge";
import { rules } from "../../policies/rules";
import { unknown } from "../support/rule-suite";
import { corpus } from "./changes/corpus";

const objects = [...corpus(join(__dirname, "changes"))]
  .filter(([file]) => file.startsWith("kubernetes"))
  .flatMap(([, changes]) => changes)
  .flatMap(({ change, manifests = [] }) =>
    manifests.flatMap(resourcesOf).map((resource) => ({ change, resource })),
  );

/** An object with one of its fields, at any depth, not known before the update. */
function* withUnknowns(value: unknown): Generator<unknown> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    const put = (inner: unknown) =>
      Array.isArray(value)
        ? value.map((each: unknown, index) => (String(index) === key ? inner : each))
        : { ...value, [key]: inner };
    yield put(unknown);
    for (const inner of withUnknowns(child)) yield put(inner);
  }
}

test.each(objects)("no rule crashes on an unknown field: $change", ({ resource }) => {
  for (const props of withUnknowns(resource.props)) {
    const seen = unknownCheckingProxy(props as Record<string, unknown>) as Record<string, unknown>;
    expect(() => judge(rules, [{ ...resource, props: seen }])).not.toThrow();
  }
});
