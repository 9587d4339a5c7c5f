import { elsewhere } from "./elsewhere";
import type { Elsewhere } from "./elsewhere/clauses";
import { frameworks, type Framework, type Rule } from "./rule";

/** One clause of a framework and the rules that help to meet it. */
export interface CoveredClause {
  readonly clause: string;
  /** Names of the rules, sorted; none where it is covered elsewhere or not at all. */
  readonly rules: readonly string[];
  /** Who or what covers a clause that no rule refers to. */
  readonly elsewhere?: string;
}

/** What the pack checks of one framework, and what it does not. */
export interface CoveredFramework {
  readonly framework: Framework;
  readonly title: string;
  /** Clauses in the order in which a person reads them: `Art. 9` before `Art. 10`. */
  readonly clauses: readonly CoveredClause[];
}

/**
 * Clauses by framework, each with the rules that refer to it or with what covers it instead: the
 * coverage matrix of the report and of docs/coverage.md.
 */
export function coverage(
  rules: readonly Rule[],
  gaps: Readonly<Partial<Record<Framework, Elsewhere>>> = elsewhere,
): CoveredFramework[] {
  const ids = Object.keys(frameworks).filter((id) => isFramework(id));
  return ids.map((framework) => {
    const clauses = new Map<string, string[]>();
    for (const rule of rules) {
      for (const reference of rule.frameworks) {
        if (reference.framework === framework)
          clauses.set(reference.clause, [...(clauses.get(reference.clause) ?? []), rule.name]);
      }
    }
    const covered = [...clauses].map(([clause, names]): CoveredClause => ({
      clause,
      rules: names.sort(),
    }));
    const open = Object.entries(gaps[framework] ?? {})
      .filter(([clause]) => !clauses.has(clause))
      .map(([clause, text]): CoveredClause => ({ clause, rules: [], elsewhere: text }));
    return {
      framework,
      title: frameworks[framework],
      clauses: [...covered, ...open].sort((a, b) => byNumber.compare(a.clause, b.clause)),
    };
  });
}

/** Rules that refer to no framework; they are good practice and nothing else. */
export function uncovered(rules: readonly Rule[]): string[] {
  return rules.filter((rule) => rule.frameworks.length === 0).map((rule) => rule.name);
}

/**
 * The matrix as Markdown: a heading for each framework, a row for each clause that a rule refers
 * to, and one for each that none does.
 */
export function coverageMarkdown(
  rules: readonly Rule[],
  gaps: Readonly<Partial<Record<Framework, Elsewhere>>> = elsewhere,
): string {
  return coverage(rules, gaps).map(section).join("\n");
}

function section({ title, clauses }: CoveredFramework): string {
  const covered = clauses.filter(({ rules }) => rules.length > 0);
  const open = clauses.filter(({ rules }) => rules.length === 0);
  const rows = covered.map(
    ({ clause, rules }) => `| ${clause} | ${rules.map((name) => `\`${name}\``).join(", ")} |`,
  );
  const rest = open.map(({ clause, elsewhere: text }) => `| ${clause} | ${text} |`);
  return [
    `## ${title}`,
    "",
    ...(rows.length === 0
      ? ["No rule refers to it."]
      : [
          `${covered.length} of ${clauses.length} listed clauses have a rule.`,
          "",
          "| clause | rules |",
          "| --- | --- |",
          ...rows,
        ]),
    ...(rest.length === 0
      ? []
      : [
          "",
          "No rule covers:",
          "",
          "| clause | who or what covers it instead |",
          "| --- | --- |",
          ...rest,
        ]),
    "",
  ].join("\n");
}

const byNumber = new Intl.Collator("en", { numeric: true });

function isFramework(id: string): id is Framework {
  return id in frameworks;
}
