/**
 * Text of a contract inside other languages. Names of groups, attributes and labels are free text:
 * whatever goes into a query or a template passes through here.
 */

/**
 * Text as a string of PromQL, quotes included. Its escapes are those of Go (Prometheus,
 * "Expression language basics"), of which JSON's are a part.
 */
export function promString(text: string): string {
  return JSON.stringify(text);
}

/** Text as the replacement of `label_replace`, where `$1` would be a group of its expression. */
export function promReplacement(text: string): string {
  return promString(text.replaceAll("$", () => "$$"));
}

/** Matchers of labels that have exactly these values, as PromQL has them between braces. */
export function matchers(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels).map(([label, value]) => `${label}=${promString(value)}`);
}

/**
 * Text inside a template of Go, such as the labels and annotations of an alert: braces print
 * themselves. Also a single one, which the template may go on after with an action of its own.
 */
export function templateText(text: string): string {
  return text.replace(/\{+/g, (braces) => `{{ "${braces}" }}`);
}

/**
 * A query inside an AnalysisTemplate, in all of which Argo Rollouts looks for `{{args.name}}` and
 * knows no escape. `{{` is nowhere in PromQL but in its strings, and there it has another spelling.
 * A label whose value is the name of one of these arguments has the value of that argument.
 */
export function argoQuery(query: string, names: readonly string[]): string {
  return names.reduce(
    (text, name) => text.replaceAll(`"${name}"`, () => `"{{args.${name}}}"`),
    query.replaceAll("{{", String.raw`\x7b\x7b`),
  );
}

/** A name inside an AnalysisTemplate, where there is no other spelling. */
export function argoName(name: string): string {
  return name.replace(/\{(?=\{)/g, "{ ");
}
