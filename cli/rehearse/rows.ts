import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import type { Contract } from "../../services/contract/contract";
import { decoder } from "../../services/contract/encoding";
import { type FeatureValue } from "../../services/contract/values";

/** A row of a table: text by column; empty where missing. */
export type Row = Readonly<Record<string, string>>;

/** Reads a table as the training steps write it: CSV with a header. */
export function readTable(file: string): Row[] {
  return parseTable(readFileSync(file, "utf8"));
}

export function parseTable(text: string): Row[] {
  return parse<Row>(text, { columns: true });
}

/** The text of a table. */
export function tableText(rows: readonly Row[]): string {
  return stringify([...rows], { header: true });
}

/**
 * Collected rows as a source has them: features under the names of the data, and whoever they are
 * about in the contract's own column again, by the pseudonym that was stored.
 */
export function asSource(
  rows: readonly Row[],
  { data: { subjectColumn }, features }: Contract,
): Row[] {
  const columns = new Map<string, string>(
    features.map(({ name, column = name }) => [name, column] as const),
  );
  if (subjectColumn !== undefined) columns.set("subject", subjectColumn);
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, cell]) => [columns.get(name) ?? name, cell]),
    ),
  );
}

/** A held-out application: what a caller sends, and what is learnt later. */
export interface Application {
  readonly features: Readonly<Record<string, FeatureValue>>;
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
  const decoders = features.map((feature) => [feature.name, decoder(feature)] as const);
  return rows.map((row) => ({
    features: Object.fromEntries(
      decoders
        .filter(([name]) => (row[name] ?? "") !== "")
        .map(([name, decode]) => [name, decode(Number(row[name]))]),
    ),
    // Prepared rows have 1 for the positive value.
    label: Number(row[target.column]) === 1 ? target.positiveLabel : target.negativeLabel,
    groups: Object.fromEntries(
      protectedAttributes
        .filter(({ name }) => (row[name] ?? "") !== "")
        .map(({ name }) => [name, row[name] ?? ""]),
    ),
  }));
}
