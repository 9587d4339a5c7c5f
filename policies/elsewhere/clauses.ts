/** Clauses that no rule refers to, each with who or what covers it instead. */
export type Elsewhere = Readonly<Record<string, string>>;

/** One text for several clauses. */
export function each(clauses: readonly string[], text: string): Record<string, string> {
  return Object.fromEntries(clauses.map((clause) => [clause, text]));
}
