import type { Score, WeekResult } from "./result";

const ofKind = {
  feature: "feature drift",
  score: "score drift",
  labels: "concept drift",
  fairness: "fairness",
  latency: "latency",
  traffic: "traffic",
  value: "business value",
} as const satisfies Record<Score["kind"], string>;

/** `45 min`, `5 h 10 min`, or that none came. */
export function delayText(minutes: number | null): string {
  if (minutes === null) return "not found";
  const whole = Math.round(minutes);
  return whole < 120 ? `${whole} min` : `${Math.floor(whole / 60)} h ${whole % 60} min`;
}

/** Rows of the table: a line for each family and event. */
export function rowsOf({ scores }: Pick<WeekResult, "scores">): string[][] {
  return scores.flatMap(
    ({ kind, family, falseAlarmsPerWeek, shareFiring, fewFalseAlarmsPerWeek, delays }) =>
      Object.entries(delays).map(([event, minutes]) => [
        ofKind[kind],
        event,
        family,
        delayText(minutes),
        falseAlarmsPerWeek.toFixed(1),
        `${(100 * shareFiring).toFixed(1)}%`,
        fewFalseAlarmsPerWeek?.toFixed(1) ?? "",
      ]),
  );
}

export const columns = [
  "about",
  "event",
  "detector",
  "detection delay",
  "false alarms a week",
  "clean time firing",
  "false alarms a week, few rows",
] as const;

/** The table in Markdown, columns aligned. */
export function table(result: Pick<WeekResult, "scores">): string {
  const rows = [[...columns], ...rowsOf(result)];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  const [head = [], ...rest] = rows;
  return [
    line(head),
    `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`,
    ...rest.map(line),
  ].join("\n");
}
