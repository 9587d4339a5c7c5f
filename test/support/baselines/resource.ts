import type { ResourceView } from "../../../policies/rule";
import { set, type Props } from "../rule-suite";

/** A resource of a baseline; `identities` are what others call it by beyond its own properties. */
export function resource(
  type: string,
  name: string,
  props: Props,
  ...identities: string[]
): ResourceView {
  return identities.length === 0 ? { type, name, props } : { type, name, props, identities };
}

/**
 * The stack with one property of a named resource replaced by what `change` returns; a name that is
 * missing is a mistake in the test.
 */
export function changed(
  stack: readonly ResourceView[],
  name: string,
  change: (props: Props) => Props,
): ResourceView[] {
  one(stack, name);
  return stack.map((each) => (each.name === name ? { ...each, props: change(each.props) } : each));
}

/** The stack with the value at a path of a named resource replaced. */
export function changedAt(
  stack: readonly ResourceView[],
  name: string,
  path: string,
  value: unknown,
): ResourceView[] {
  return changed(stack, name, (props) => set(props, path, value));
}

/** The stack without a named resource. */
export function without(stack: readonly ResourceView[], name: string): ResourceView[] {
  const removed = one(stack, name);
  return stack.filter((each) => each !== removed);
}

/** Properties of a named resource. */
export function propsOf(stack: readonly ResourceView[], name: string): Props {
  return one(stack, name).props;
}

function one(stack: readonly ResourceView[], name: string): ResourceView {
  const found = stack.filter((each) => each.name === name);
  if (found.length !== 1) throw new Error(`${found.length} resources are called ${name}`);
  return found[0]!;
}
