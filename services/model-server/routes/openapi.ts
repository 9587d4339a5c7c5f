import type { FastifyInstance } from "fastify";
import type { LoadedRelease } from "../release/load";
import { namedSchema } from "./metadata";
import { docsPage, docsScript, docsStyle } from "./docs-page";
import { answers } from "./schemas";

/** Nothing of the page comes from elsewhere, nothing inline runs, and no other page may frame it. */
const pageHeaders = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
} as const;

/** `/openapi.json`, and `/docs`: a page with a form that asks for a prediction. */
export function docsRoutes(app: FastifyInstance, loaded: LoadedRelease, modelPath: string): void {
  const document = openApi(loaded, modelPath);
  app.get("/openapi.json", () => document);
  const files = {
    "/docs": ["text/html", docsPage(loaded.contract, loaded.release.version, modelPath)],
    "/docs/form.js": ["text/javascript", docsScript],
    "/docs/style.css": ["text/css", docsStyle],
  } as const;
  for (const [path, [type, text]] of Object.entries(files))
    app.get(path, (_request, reply) =>
      reply.headers(pageHeaders).type(`${type}; charset=utf-8`).send(text),
    );
}

const problem = {
  type: "object",
  properties: {
    error: { type: "string" },
    code: { type: "string" },
    requestId: { type: "string" },
    problems: {
      type: "array",
      items: {
        type: "object",
        properties: {
          code: { type: "string" },
          field: { type: "string" },
          message: { type: "string" },
        },
      },
    },
  },
  required: ["error", "code", "problems"],
} as const;

/** The interface of a model as OpenAPI 3.1. */
function openApi(
  { contract, release, reference }: Pick<LoadedRelease, "contract" | "release" | "reference">,
  modelPath: string,
): object {
  const named = namedSchema(contract);
  const post = (operationId: string, summary: string, schema: object, answer: object) => ({
    post: {
      operationId,
      summary,
      requestBody: { required: true, content: { "application/json": { schema } } },
      responses: {
        "200": { description: "the answer", content: { "application/json": { schema: answer } } },
        default: {
          description: "a refusal or a failure; `code` never changes its meaning",
          content: { "application/json": { schema: { $ref: "#/components/schemas/Problem" } } },
        },
      },
    },
  });
  return {
    openapi: "3.1.0",
    info: { title: contract.name, version: release.version, description: contract.purpose },
    paths: {
      [`${modelPath}/predict`]: post("predict", "One row by feature names", named, answers.predict),
      [`${modelPath}/explain`]: post("explain", "Why a row gets its score", named, answers.explain),
      [`${modelPath}/infer`]: post(
        "infer",
        "Rows as tensors (Open Inference Protocol v2)",
        inferSchema(reference.input),
        answers.infer,
      ),
    },
    components: { schemas: { Problem: problem } },
  };
}

/** Body of `infer`: one FP32 tensor of all columns, or a tensor for each column. */
function inferSchema(input: string): object {
  return {
    type: "object",
    properties: {
      id: { type: "string" },
      inputs: {
        type: "array",
        minItems: 1,
        items: {
          type: "object",
          description: `one FP32 tensor \`${input}\` of shape [rows, features], or a tensor for each feature under its name`,
          properties: {
            name: { type: "string" },
            datatype: { type: "string" },
            shape: { type: "array", items: { type: "integer", minimum: 1 } },
            data: { type: "array" },
          },
          required: ["name", "datatype", "shape", "data"],
        },
      },
      outputs: {
        type: "array",
        items: {
          type: "object",
          properties: { name: { enum: ["score", "label", "prediction_id"] } },
          required: ["name"],
        },
      },
    },
    required: ["inputs"],
    additionalProperties: false,
  };
}
