import { paths } from "../support/server";
import { post, text, type Malformed } from "./request";

/** Labels. */
export const labels: readonly Malformed[] = [
  [
    "feedback without a label",
    post(paths.feedback, { predictionId: "x" }),
    400,
    "field.missing",
    "label is missing",
  ],
  [
    "feedback with another label",
    post(paths.feedback, { predictionId: "x", label: "maybe" }),
    400,
    "field.value",
    "label must be approve or decline",
  ],
  [
    "feedback for an id that is a number",
    post(paths.feedback, { predictionId: 1, label: "approve" }),
    400,
    "field.type",
    "predictionId must be the text that came with the prediction",
  ],
  [
    "feedback for an id that was made up",
    post(paths.feedback, {
      predictionId: `1.0.0~p3~abc~AAAAAAAA1~${"A".repeat(22)}`,
      label: "approve",
    }),
    404,
    "feedback.unknown",
    "this service issued no such prediction id",
  ],
  [
    "feedback with an unknown attribute",
    post(paths.feedback, { predictionId: "x", label: "approve", groups: { age: "old" } }),
    400,
    "field.unknown",
    "groups may name race, sex",
  ],
  [
    "feedback with an unknown group",
    post(paths.feedback, { predictionId: "x", label: "approve", groups: { sex: "other" } }),
    400,
    "field.value",
    "groups.sex must be one of male, female",
  ],
  [
    "feedback with __proto__ as an attribute",
    text(paths.feedback, '{"predictionId":"x","label":"approve","groups":{"__proto__":"male"}}'),
    400,
    "field.unknown",
    "groups may name race, sex",
  ],
  [
    "feedback with too large a value",
    post(paths.feedback, { predictionId: "x", label: "approve", value: 1e10 }),
    400,
    "field.value",
    "value must be a number of at most 1000000000 either way",
  ],
];
