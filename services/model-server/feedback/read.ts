import type { Contract } from "../../contract/contract";
import { predictionHeader } from "../../contract/feedback";
import { isObject, objectWith } from "../requests/body";
import { refuseField } from "../requests/problem";

/** Groups of a subject by protected attribute; audited, never seen by the model. */
export type Groups = readonly (readonly [attribute: string, group: string])[];

/** A true label that arrived. */
export interface TrueLabel {
  readonly predictionId: string;
  /** Whether the true label is the positive one. */
  readonly positive: boolean;
  readonly groups: Groups;
  /** What the decision was worth, in the business's own unit. */
  readonly value: number | undefined;
}

/** Of which groups the subject of a prediction is, whatever becomes of it. */
export interface GroupReport {
  readonly predictionId: string;
  readonly positive?: never;
  readonly groups: Groups;
}

export type Feedback = TrueLabel | GroupReport;

/** Largest magnitude of a business value: sums of squares stay exact enough in a double. */
const largestValue = 1e9;

/**
 * Reads `{ "label", "groups"?: { attribute: group }, "value"? }`, or `{ "groups" }` about a prediction
 * that has no true label yet, and the id of the prediction from its header. Throws RequestProblem.
 */
export function readFeedback(
  { target, protectedAttributes }: Pick<Contract, "target" | "protectedAttributes">,
  headers: Readonly<Record<string, unknown>>,
  body: unknown,
): Feedback {
  const predictionId = headers[predictionHeader];
  if (typeof predictionId !== "string" || predictionId === "")
    throw refuseField(
      "field.missing",
      predictionHeader,
      "must be a header with the id that came with the prediction",
    );
  const { label, groups, value } = objectWith(body, [], ["label", "groups", "value"]);
  const read = readGroups(protectedAttributes, groups);
  if (label === undefined && value === undefined && read.length > 0)
    return { predictionId, groups: read };
  if (label === undefined) throw refuseField("field.missing", "label", "is missing");
  if (label !== target.positiveLabel && label !== target.negativeLabel)
    throw refuseField(
      "field.value",
      "label",
      `must be ${target.positiveLabel} or ${target.negativeLabel}`,
    );
  if (value !== undefined && (typeof value !== "number" || !(Math.abs(value) <= largestValue)))
    throw refuseField(
      "field.value",
      "value",
      `must be a number of at most ${largestValue} either way`,
    );
  return {
    predictionId,
    positive: label === target.positiveLabel,
    groups: read,
    value,
  };
}

function readGroups(
  attributes: Contract["protectedAttributes"],
  groups: unknown,
): [string, string][] {
  if (groups === undefined) return [];
  if (!isObject(groups))
    throw refuseField("field.type", "groups", "must be an object of groups by protected attribute");
  return Object.entries(groups).map(([name, group]) => {
    const attribute = attributes.find((one) => one.name === name);
    if (attribute === undefined)
      throw refuseField(
        "field.unknown",
        "groups",
        `may name ${attributes.map((one) => one.name).join(", ") || "nothing: the contract audits no attribute"}`,
      );
    const known = attribute.groups.find((one) => one.name === group);
    if (known === undefined)
      throw refuseField(
        "field.value",
        `groups.${name}`,
        `must be one of ${attribute.groups.map((one) => one.name).join(", ")}`,
      );
    return [name, known.name];
  });
}
