/** What the doctor looks at, in the order in which a person reads it. */
export const areas = [
  "tools",
  "stack",
  "credentials",
  "regions",
  "roles",
  "service-linked roles",
  "one per account",
  "names",
  "quotas",
  "registry",
  "domain",
  "cluster",
] as const;
export type Area = (typeof areas)[number];

/** `cannot tell` is said where nobody answers, and never counts as `ok`. */
export type Verdict = "ok" | "problem" | "cannot tell";

/** One thing that was looked at. */
export interface Finding {
  readonly area: Area;
  /** What was looked at, such as `access.auditors[0]`. */
  readonly subject: string;
  readonly verdict: Verdict;
  /** What was found, in one line. */
  readonly says: string;
  /** What to do next: a command where there is one. */
  readonly next?: string;
}

/** Makes the findings of one area. */
export function findingsOf(area: Area) {
  const make =
    (verdict: Verdict) =>
    (subject: string, says: string, next?: string): Finding => ({
      area,
      subject,
      verdict,
      says,
      ...(next === undefined ? {} : { next }),
    });
  return { ok: make("ok"), problem: make("problem"), unknown: make("cannot tell") };
}
