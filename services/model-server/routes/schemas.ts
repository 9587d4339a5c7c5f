const text = { type: "string" } as const;
const number = { type: "number" } as const;
const truth = { type: "boolean" } as const;

function object(
  properties: Record<string, unknown>,
  required: readonly string[] = Object.keys(properties),
) {
  return { type: "object", properties, required, additionalProperties: false };
}

const contribution = {
  feature: text,
  contribution: number,
  standardDeviation: number,
  missing: truth,
} as const;

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
    contributions: { type: "array", items: object(contribution) },
    reasons: {
      type: "array",
      items: object({
        ...contribution,
        description: text,
        tiedWith: { type: "array", items: text },
      }),
    },
    reasonsStable: truth,
    confidence: number,
  }),
  feedback: object({ accepted: truth, version: text }),
} as const;
