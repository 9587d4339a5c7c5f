import { sha256 } from "../../../services/contract/digests";
import type { Properties } from "../wire";

/** What is known of a resource when its outputs are filled in. */
export interface OutputContext {
  readonly type: string;
  /** Logical name in the program. */
  readonly name: string;
  readonly urn: string;
  /** Inputs with secrets hidden: nothing that is filled in may carry one. */
  readonly inputs: Properties;
  /** Region that the resource is in, or `global`. */
  readonly region: string;
  /** AWS account id of the stack. */
  readonly account: string;
}

/**
 * Id and outputs that a cloud would have answered with; inputs are outputs too and need not be
 * repeated.
 */
export interface Filled {
  readonly id: string;
  readonly outputs: Properties;
}

/** The first text among inputs of these names. */
export function given(context: OutputContext, ...keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = context.inputs[key];
    if (typeof value === "string") return value;
  }
  return undefined;
}

/**
 * Hexadecimal digits that depend on the resource's URN alone, so that two plans of one program are
 * equal.
 */
export function hex(context: OutputContext, length: number, salt = ""): string {
  return sha256(`${context.urn}${salt}`).slice(0, length);
}

/** A UUID that depends on the URN alone. */
export function uuid(context: OutputContext): string {
  const digits = hex(context, 32);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20),
  ].join("-");
}

/** Upper-case letters and digits that depend on the URN alone, as Route 53 and IAM use them. */
export function token(context: OutputContext, length: number): string {
  return hex(context, length).toUpperCase();
}

/** The name that the engine would choose: the logical name and seven digits. */
export function automaticName(context: OutputContext): string {
  return `${context.name}-${hex(context, 7)}`;
}
