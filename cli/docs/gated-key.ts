import { alerts, type AlertName } from "../../infra/gates/alerts";

/** Who judges. */
const judges = ["training", "plan", "trial", "alert", "rehearsal"] as const;

/** A rule, and the function that holds it or the alert that fires. */
interface Rule {
  readonly rule: string;
  readonly by: readonly Source[];
}

/** A function of a file, or an alert. */
type Source = { readonly file: string; readonly name: string } | { readonly alert: AlertName };

/** A key of the contract that gates something, and everything that judges it. */
export interface GatedKey {
  readonly key: string;
  readonly judges: Readonly<Partial<Record<(typeof judges)[number], Rule>>>;
  /** Why the rules differ. @default there is one rule, or they do not */
  readonly why?: string;
}

export const python = (module: string, ...names: readonly string[]): Source[] =>
  names.map((name) => ({ file: `services/training/causeway_training/${module}.py`, name }));
export const code = (file: string, ...names: readonly string[]): Source[] =>
  names.map((name) => ({ file: `infra/${file}.ts`, name }));
export const alert = (...names: readonly AlertName[]): Source[] =>
  names.map((name) => ({ alert: name }));

export const sameAsTrial: Rule = {
  rule: "the rule of the trial, over the counters of its own servers",
  by: [...code("gates/gates", "evaluate"), { file: "cli/rehearse/trial.ts", name: "runTrial" }],
};
export const percent = (share: number) => `${Number((100 * share).toPrecision(3))}%`;

/** The part of the page about a key. */
export function section({ key, judges: given, why }: GatedKey): string {
  const rows = judges.flatMap((judge) => {
    const found = given[judge];
    if (found === undefined) return [];
    return [`| ${judge} | ${found.rule} | ${found.by.map(link).join(", ")} |`];
  });
  const differ = why === undefined ? "" : `\n\n${why}`;
  return `## ${title(key)}\n\n| judge | rule | where |\n| --- | --- | --- |\n${rows.join("\n")}${differ}`;
}

/** The key as code, and its metrics as they are. */
function title(key: string): string {
  const [name = "", metrics] = key.split(": ");
  const names = name.split(", ").map((one) => `\`${one}\``);
  return `${names.join(", ")}${metrics === undefined ? "" : `: ${metrics}`}`;
}

function link(source: Source): string {
  return "alert" in source
    ? `[\`${source.alert}\`](runbooks/${alerts[source.alert].runbook}.md)`
    : `[\`${source.name}\`](../${source.file})`;
}
