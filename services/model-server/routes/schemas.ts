const text = { type: "string" } as const;
const number = { type: "number" } as const;

function object(
  properties: Record<string, unknown>,
  required: readonly string[] = Object.keys(properties),
) {
  return { type: "object", properties, required, additionalProperties: false };
}

/** Answers with success; what is not listed here never leaves the server. */
export const answers = {
  predict: object({
    model: text,
    version: text,
    predictionId: text,
    label: text,
    score: number,
    threshold: number,
  }),
  infer: object({
    model_name: text,
    model_version: text,
    id: text,
    // Numbers in one tensor, text in another: left to JSON.stringify.
    outputs: {
      type: "array",
      items: object({
        name: text,
        datatype: text,
        shape: { type: "array", items: { type: "integer" } },
        data: {},
      }),
    },
  }),
  explain: object({
    model: text,
    version: text,
    label: text,
    score: number,
    method: text,
    scale: text,
    expected: number,
    logOdds: number,
    contributions: {
      type: "array",
      items: object({ feature: text, contribution: number, missing: { type: "boolean" } }),
    },
    reasons: {
      type: "array",
      items: object({
        feature: text,
        description: text,
        contribution: number,
        missing: { type: "boolean" },
      }),
    },
  }),
  feedback: object({ accepted: { type: "boolean" }, version: text }),
} as const;
