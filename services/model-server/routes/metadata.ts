import type { FastifyInstance } from "fastify";
import type { Feature } from "../../contract/contract";
import { timestampText } from "../../contract/values";
import type { Lifecycle } from "../http/watch";
import type { LoadedRelease } from "../release/load";
import { objectWith } from "../requests/body";
import { refuseField } from "../requests/problem";

const tensor = {
  type: "object",
  properties: {
    name: { type: "string" },
    datatype: { type: "string" },
    shape: { type: "array", items: { type: "integer" } },
  },
  required: ["name", "datatype", "shape"],
  additionalProperties: false,
} as const;
const tensors = { type: "array", items: tensor } as const;
const strings = { type: "array", items: { type: "string" } } as const;

const serverSchema = {
  type: "object",
  properties: { name: { type: "string" }, version: { type: "string" }, extensions: strings },
  required: ["name", "version", "extensions"],
  additionalProperties: false,
} as const;
const modelSchema = {
  type: "object",
  properties: {
    name: { type: "string" },
    versions: strings,
    platform: { type: "string" },
    inputs: tensors,
    outputs: tensors,
    notice: { type: "string" },
  },
  required: ["name", "versions", "platform", "inputs", "outputs"],
  additionalProperties: false,
} as const;

const indexSchema = {
  type: "array",
  items: {
    type: "object",
    properties: {
      name: { type: "string" },
      version: { type: "string" },
      state: { type: "string" },
      reason: { type: "string" },
    },
    required: ["name", "version", "state", "reason"],
    additionalProperties: false,
  },
} as const;
/** Largest body of a request for the index, which holds one key at most. */
const indexBytes = 1_024;

/** The models that this server has: one (extension `model_repository`). */
export function repositoryIndex(name: string, version: string, { ready }: Lifecycle) {
  const state = ready ? "READY" : "UNAVAILABLE";
  return [{ name, version, state, reason: ready ? "" : "the server starts or stops" }];
}

/** Version of the server's own interface. */
const serverVersion = "1.0.0";

/** Metadata of the server and of its model, the same over any protocol. */
export function metadataOf({
  contract,
  release,
  reference,
}: Pick<LoadedRelease, "contract" | "release" | "reference">) {
  return {
    server: { name: "causeway", version: serverVersion, extensions: ["binary_tensor_data"] },
    model: {
      name: contract.name,
      versions: [release.version],
      platform: "onnxruntime_onnx",
      inputs: [{ name: reference.input, datatype: "FP32", shape: [-1, contract.features.length] }],
      outputs: [
        { name: "score", datatype: "FP32", shape: [-1] },
        { name: "label", datatype: "BYTES", shape: [-1] },
        { name: "prediction_id", datatype: "BYTES", shape: [-1] },
      ],
      // What callers must tell the people whom the answers are about.
      ...(contract.notice !== undefined && { notice: contract.notice }),
    },
  };
}

/**
 * Metadata of the server and the model (Open Inference Protocol v2), and the form of a named
 * request as JSON Schema.
 */
export function metadataRoutes(
  app: FastifyInstance,
  { contract, release, reference }: LoadedRelease,
  modelPaths: readonly string[],
  lifecycle: Lifecycle,
): void {
  const { server, model } = metadataOf({ contract, release, reference });
  app.post(
    "/v2/repository/index",
    { bodyLimit: indexBytes, schema: { response: { 200: indexSchema } } },
    (request) => {
      const { ready } = request.body === undefined ? {} : objectWith(request.body, [], ["ready"]);
      if (ready !== undefined && typeof ready !== "boolean")
        throw refuseField("field.type", "ready", "must be true or false");
      return repositoryIndex(model.name, release.version, lifecycle).filter(
        ({ state }) => ready !== true || state === "READY",
      );
    },
  );
  const form = namedSchema(contract);
  app.get("/v2", { schema: { response: { 200: serverSchema } } }, () => server);
  for (const path of modelPaths) {
    app.get(path, { schema: { response: { 200: modelSchema } } }, () => model);
    app.get(`${path}/schema`, () => form);
  }
}

/** JSON Schema (2020-12) of the body of `predict` and `explain`. */
export function namedSchema({ features, purpose }: LoadedRelease["contract"]) {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    description: purpose,
    type: "object",
    properties: {
      features: {
        type: "object",
        properties: Object.fromEntries(
          features.map((feature) => [feature.name, propertySchema(feature)]),
        ),
        required: features.filter((feature) => !feature.optional).map((feature) => feature.name),
        additionalProperties: false,
      },
      subject: {
        type: "string",
        minLength: 1,
        maxLength: 256,
        description: "Whom the request is about; kept as a keyed hash only",
      },
    },
    required: ["features"],
    additionalProperties: false,
  };
}

/** JSON Schema of the value of a feature. */
function propertySchema(feature: Feature) {
  const { description } = feature;
  switch (feature.type) {
    case "category":
      return { description, enum: feature.values };
    case "boolean":
      return { description, type: "boolean" };
    case "text":
      return { description, type: "string", maxLength: feature.maxLength };
    case "date":
      return { description: within(feature), type: "string", format: "date" };
    case "timestamp":
      return { description: within(feature), type: "string", pattern: timestampText.source };
    case "float":
    case "integer":
      return {
        description,
        type: feature.type === "integer" ? "integer" : "number",
        minimum: feature.min,
        maximum: feature.max,
      };
  }
}

/** JSON Schema has no bounds for times. */
function within({ description, min, max }: Extract<Feature, { readonly min: string }>): string {
  return `${description}; from ${min} to ${max}`;
}
