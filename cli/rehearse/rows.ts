import { readFileSync } from "node:fs";
import type { Contract } from "../../services/contract/contract";

/** A row of a table: text by column; empty where missing. */
export type Row = Readonly<Record<string, string>>;

/** Reads a table as the training steps write it: a header, commas, no quotes. */
export function readTable(file: string): Row[] {
  return parseTable(readFileSync(file, "utf8"));
}

export function parseTable(text: string): Row[] {
  const [header = "", ...lines] = text.split("\n").filter((line) => line !== "");
  const names = header.split(",");
  return lines.map((line) => {
    const values = line.split(",");
    return Object.fromEntries(names.map((name, i) => [name, values[i] ?? ""]));
  });
}

/** The text of a table. */
export function tableText(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] ?? {});
  return `${[names.join(","), ...rows.map((row) => names.map((name) => row[name] ?? "").join(","))].join("\n")}\n`;
}

/**
 * Collected rows as a source has them: whoever they are about stands in the contract's own column
 * again, by the pseudonym that was stored.
 */
export function asSource(rows: readonly Row[], { data: { subjectColumn } }: Contract): Row[] {
  return subjectColumn === undefined
    ? [...rows]
    : rows.map(({ subject = "", ...row }) => ({ [subjectColumn]: subject, ...row }));
}

/** A held-out application: what a caller sends, and what is learnt later. */
export interface Application {
  readonly features: Readonly<Record<string, number>>;
  readonly label: string;
  readonly groups: Readonly<Record<string, string>>;
}

/**
 * Applications from prepared rows. The groups come back with the label; they are never sent to the
 * model.
 */
export function applicationsOf(
  rows: readonly Row[],
  { features, target, protectedAttributes }: Contract,
): Application[] {
  return rows.map((row) => ({
    features: Object.fromEntries(
      features
        .filter(({ name }) => (row[name] ?? "") !== "")
        .map(({ name }) => [name, Number(row[name])]),
    ),
    label:
      Number(row[target.column]) === target.positive ? target.positiveLabel : target.negativeLabel,
    groups: Object.fromEntries(
      protectedAttributes
        .filter(({ name }) => (row[name] ?? "") !== "")
        .map(({ name }) => [name, row[name] ?? ""]),
    ),
  }));
}
