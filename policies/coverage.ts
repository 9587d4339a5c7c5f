import { frameworks, type Framework, type Rule } from "./rule";

/** One clause of a framework and the rules that help to meet it. */
export interface CoveredClause {
  readonly clause: string;
  /** Names of the rules, sorted. */
  readonly rules: readonly string[];
}

/** What the pack checks of one framework. */
export interface CoveredFramework {
  readonly framework: Framework;
  readonly title: string;
  /** Clauses in the order in which a person reads them: `Art. 9` before `Art. 10`. */
  readonly clauses: readonly CoveredClause[];
}

/** Clauses by framework, each with the rules that refer to it: the coverage matrix of the report and of docs/coverage.md. */
export function coverage(rules: readonly Rule[]): CoveredFramework[] {
  const ids = Object.keys(frameworks).filter((id) => isFramework(id));
  return ids.map((framework) => {
    const clauses = new Map<string, string[]>();
    for (const rule of rules) {
      for (const reference of rule.frameworks) {
        if (reference.framework === framework) clauses.set(reference.clause, [...(clauses.get(reference.clause) ?? []), rule.name]);
      }
    }
    return { framework, title: frameworks[framework], clauses: [...clauses].sort(([a], [b]) => byNumber.compare(a, b)).map(([clause, names]) => ({ clause, rules: names.sort() })) };
  });
}

/** Rules that refer to no framework; they are good practice and nothing else. */
export function uncovered(rules: readonly Rule[]): string[] {
  return rules.filter((rule) => rule.frameworks.length === 0).map((rule) => rule.name);
}

/** The matrix as Markdown: a heading for each framework, a row for each clause. */
export function coverageMarkdown(rules: readonly Rule[]): string {
  const sections = coverage(rules).map(({ title, clauses }) => {
    const rows = clauses.map(({ clause, rules: names }) => `| ${clause} | ${names.map((name) => `\`${name}\``).join(", ")} |`);
    return [`## ${title}`, "", ...(rows.length === 0 ? ["No rule refers to it."] : ["| clause | rules |", "| --- | --- |", ...rows]), ""].join("\n");
  });
  return sections.join("\n");
}

const byNumber = new Intl.Collator("en", { numeric: true });

function isFramework(id: string): id is Framework {
  return id in frameworks;
}
