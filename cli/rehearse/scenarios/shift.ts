import type { Contract } from "../../../services/contract/contract";
import { isNumeric } from "../../../services/contract/encoding";
import type { Row } from "../rows";
import type { Move } from "./scenario";

/**
 * Rows after a change of the inputs: moved features, kept inside what the contract allows; missing
 * values stay missing.
 */
export function shifted(rows: readonly Row[], moves: readonly Move[], contract: Contract): Row[] {
  return rows.map((row) => ({
    ...row,
    ...Object.fromEntries(moves.flatMap((move) => moved(row, move, contract))),
  }));
}

function moved(
  row: Row,
  { feature, plus = 0, times = {} }: Move,
  contract: Contract,
): [string, string][] {
  const parts = Object.entries(times).map(([name, factor]) => ({ text: row[name] ?? "", factor }));
  const declared = contract.features.find(({ name }) => name === feature);
  if (declared === undefined || !isNumeric(declared))
    throw new RangeError(
      `${feature}: got a move of it, allowed: a numeric feature of the contract`,
    );
  if (parts.some(({ text }) => text === "")) return [];
  const value = parts.reduce((sum, { text, factor }) => sum + factor * Number(text), plus);
  return [[feature, String(Math.min(declared.max, Math.max(declared.min, value)))]];
}
