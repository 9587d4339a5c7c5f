import { refuseField } from "./problem";

/** Header with the keyed hash of the subject; `infra/serving/routing.ts` splits A/B tests by it. */
export const subjectHeader = "x-causeway-subject";

const longest = 256;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The subject of a header. Node reads a header's bytes as Latin-1; callers send UTF-8, and so would
 * be another subject than in a body.
 */
export function subjectInHeader(value: unknown): string | undefined {
  const subject = subjectIn(value, subjectHeader);
  if (subject === undefined) return undefined;
  try {
    return utf8.decode(Buffer.from(subject, "latin1"));
  } catch {
    return subject;
  }
}

/**
 * An identifier of whom a request is about, as the caller gave it; it goes nowhere but into a keyed
 * hash.
 */
export function subjectIn(value: unknown, field: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "string" || value.length === 0 || value.length > longest)
    throw refuseField("subject.invalid", field, `must be text of 1 to ${longest} characters`);
  return value;
}
