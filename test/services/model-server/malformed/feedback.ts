import { labelOf, paths } from "../support/server";
import { post, type Malformed } from "./request";

const madeUp = `1.0.0~p3~abc~AAAAAAAA1~${"A".repeat(22)}`;

/** Labels. */
export const labels: readonly Malformed[] = [
  ["feedback without a label", labelOf("x", {}), 400, "field.missing", "label is missing"],
  [
    "feedback with another label",
    labelOf("x", { label: "maybe" }),
    400,
    "field.value",
    "label must be approve or decline",
  ],
  [
    "feedback without the header of its prediction",
    post(paths.feedback, { label: "approve" }),
    400,
    "field.missing",
    "x-causeway-prediction must be a header with the id that came with the prediction",
  ],
  [
    "feedback with an empty header",
    labelOf("", { label: "approve" }),
    400,
    "field.missing",
    "x-causeway-prediction must be a header with the id that came with the prediction",
  ],
  [
    "feedback with an id in its body, which no gateway sees",
    labelOf(madeUp, { predictionId: madeUp, label: "approve" }),
    400,
    "field.unknown",
    "predictionId is not a field of this request; allowed: label, groups, value",
  ],
  [
    "feedback for an id that was made up",
    labelOf(madeUp, { label: "approve" }),
    404,
    "feedback.unknown",
    "this service issued no such prediction id",
  ],
  [
    "feedback at the path of the model, whose route divides by version",
    {
      ...labelOf("x", { label: "approve" }),
      url: "/v2/models/loan-approval/feedback",
    },
    404,
    "route.unknown",
    "there is nothing at this path",
  ],
  [
    "feedback with an unknown attribute",
    labelOf("x", { label: "approve", groups: { age: "old" } }),
    400,
    "field.unknown",
    "groups may name race, sex",
  ],
  [
    "feedback with an unknown group",
    labelOf("x", { label: "approve", groups: { sex: "other" } }),
    400,
    "field.value",
    "groups.sex must be one of male, female",
  ],
  [
    "feedback with __proto__ as an attribute",
    labelOf("x", JSON.parse('{"label":"approve","groups":{"__proto__":"male"}}')),
    400,
    "field.unknown",
    "groups may name race, sex",
  ],
  [
    "feedback with too large a value",
    labelOf("x", { label: "approve", value: 1e10 }),
    400,
    "field.value",
    "value must be a number of at most 1000000000 either way",
  ],
];
