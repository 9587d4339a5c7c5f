import type { ServiceDefinition } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";

type Field = readonly [type: string, id: number, rule?: "repeated"];

const fields = (all: Readonly<Record<string, Field>>) =>
  Object.fromEntries(
    Object.entries(all).map(([name, [type, id, rule]]) => [
      name,
      { type, id, ...(rule && { rule }) },
    ]),
  );
const message = (all: Readonly<Record<string, Field>>, more: object = {}) => ({
  fields: fields(all),
  ...more,
});
const parameters = (id: number) => ({
  parameters: { keyType: "string", type: "InferParameter", id },
});

const named = { name: ["string", 1], version: ["string", 2] } as const;
const tensor = {
  name: ["string", 1],
  datatype: ["string", 2],
  shape: ["int64", 3, "repeated"],
} as const;
const choices = {
  bool_param: ["bool", 1],
  int64_param: ["int64", 2],
  string_param: ["string", 3],
  double_param: ["double", 4],
  uint64_param: ["uint64", 5],
} as const;
const called = {
  model_name: ["string", 1],
  model_version: ["string", 2],
  id: ["string", 3],
} as const;

/** A message whose parameters are a map beside its fields. */
const withParameters = (all: Readonly<Record<string, Field>>, id: number) => ({
  fields: { ...fields(all), ...parameters(id) },
});

const messages = {
  ServerLiveRequest: message({}),
  ServerLiveResponse: message({ live: ["bool", 1] }),
  ServerReadyRequest: message({}),
  ServerReadyResponse: message({ ready: ["bool", 1] }),
  ModelReadyRequest: message(named),
  ModelReadyResponse: message({ ready: ["bool", 1] }),
  ServerMetadataRequest: message({}),
  ServerMetadataResponse: message({ ...named, extensions: ["string", 3, "repeated"] }),
  ModelMetadataRequest: message(named),
  TensorMetadata: message(tensor),
  ModelMetadataResponse: message({
    name: ["string", 1],
    versions: ["string", 2, "repeated"],
    platform: ["string", 3],
    inputs: ["TensorMetadata", 4, "repeated"],
    outputs: ["TensorMetadata", 5, "repeated"],
  }),
  InferParameter: message(choices, {
    oneofs: { parameter_choice: { oneof: Object.keys(choices) } },
  }),
  InferTensorContents: message({
    bool_contents: ["bool", 1, "repeated"],
    int_contents: ["int32", 2, "repeated"],
    int64_contents: ["int64", 3, "repeated"],
    uint_contents: ["uint32", 4, "repeated"],
    uint64_contents: ["uint64", 5, "repeated"],
    fp32_contents: ["float", 6, "repeated"],
    fp64_contents: ["double", 7, "repeated"],
    bytes_contents: ["bytes", 8, "repeated"],
  }),
  Tensor: withParameters({ ...tensor, contents: ["InferTensorContents", 5] }, 4),
  RequestedOutput: withParameters({ name: ["string", 1] }, 2),
  ModelInferRequest: withParameters(
    {
      ...called,
      inputs: ["Tensor", 5, "repeated"],
      outputs: ["RequestedOutput", 6, "repeated"],
      raw_input_contents: ["bytes", 7, "repeated"],
    },
    4,
  ),
  ModelInferResponse: withParameters(
    {
      ...called,
      outputs: ["Tensor", 5, "repeated"],
      raw_output_contents: ["bytes", 6, "repeated"],
    },
    4,
  ),
};

export const calls = [
  "ServerLive",
  "ServerReady",
  "ModelReady",
  "ServerMetadata",
  "ModelMetadata",
  "ModelInfer",
] as const;
const service = "GRPCInferenceService";

/**
 * The service of the Open Inference Protocol v2 (kserve/open-inference-protocol), by the names and
 * numbers of its fields, which are all that is on the wire; a message inside of another has the
 * other's name in the protocol and none on the wire. Requests come with 64-bit integers as numbers.
 */
export function inferenceService(): ServiceDefinition {
  const methods = Object.fromEntries(
    calls.map((call) => [
      call,
      { requestType: `${call}Request`, responseType: `${call}Response`, comment: "" },
    ]),
  );
  const found = fromJSON(
    { nested: { inference: { nested: { ...messages, [service]: { methods } } } } },
    { keepCase: true, longs: Number, defaults: true, oneofs: true },
  )[`inference.${service}`];
  if (!isService(found)) throw new TypeError("unreachable: no service");
  return found;
}

function isService(found: unknown): found is ServiceDefinition {
  return typeof found === "object" && found !== null && calls.every((call) => call in found);
}
