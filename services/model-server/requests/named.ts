import { isObject, objectWith, shortened } from "./body";
import type { Column, Rows } from "./columns";
import { refuse, refuseField, type FieldProblem } from "./problem";
import { subjectIn } from "./subject";

/** A request in people's form: features by name, and optionally whom it is about. */
export interface NamedRequest {
  readonly rows: Rows;
  readonly subject: string | undefined;
}

/** Most problems that one answer lists. */
const listed = 32;

/**
 * Reads `{ "features": { name: value, ... }, "subject"?: "..." }`. Throws RequestProblem with every
 * problem.
 */
export function readNamed(columns: readonly Column[], body: unknown): NamedRequest {
  const { features, subject } = objectWith(body, ["features"], ["subject"]);
  if (!isObject(features))
    throw refuseField("field.type", "features", "must be an object of values by feature name");
  return {
    rows: { values: readRow(columns, features), count: 1 },
    subject: subjectIn(subject, "subject"),
  };
}

function readRow(
  columns: readonly Column[],
  features: Readonly<Record<string, unknown>>,
): Float64Array {
  const values = new Float64Array(columns.length);
  const problems: FieldProblem[] = [];
  let known = 0;
  columns.forEach((column, i) => {
    const there = Object.hasOwn(features, column.name);
    const value = there ? features[column.name] : undefined;
    if (there) known += 1;
    if (value === undefined || value === null) {
      values[i] = NaN;
      if (!column.optional)
        problems.push({
          code: "feature.missing",
          field: `features.${column.name}`,
          message: `is missing: it ${column.allowed}`,
          feature: column.name,
        });
      return;
    }
    const read = column.encode(value);
    if (typeof read === "number") values[i] = read;
    else
      problems.push({
        code: read,
        field: `features.${column.name}`,
        message: column.allowed,
        feature: column.name,
      });
  });
  if (Object.keys(features).length > known) problems.unshift(...unknownFeatures(columns, features));
  if (problems.length > 0) throw refuse(problems.slice(0, listed));
  return values;
}

/** No more of them than an answer lists: a body holds tens of thousands. */
function unknownFeatures(
  columns: readonly Column[],
  features: Readonly<Record<string, unknown>>,
): FieldProblem[] {
  const names = new Set(columns.map((column) => column.name));
  const problems: FieldProblem[] = [];
  for (const key in features) {
    if (names.has(key)) continue;
    problems.push({
      code: "feature.unknown",
      field: `features.${shortened(key)}`,
      message: "is not a feature of this model",
    });
    if (problems.length === listed) break;
  }
  return problems;
}
