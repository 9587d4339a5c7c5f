import type { TensorBytes } from "./binary";
import { checkKeys, isObject, objectWith } from "./body";
import type { Rows } from "./columns";
import { readColumns } from "./named-tensors";
import { readParameters } from "./parameters";
import { refuseField } from "./problem";
import { readWhole, type TensorForm } from "./tensor";

/** Names of the output tensors, in the order of an answer without a choice. */
export const outputNames = ["score", "label", "prediction_id"] as const;
export type OutputName = (typeof outputNames)[number];

/** An output tensor that was asked for. */
export interface Output {
  readonly name: OutputName;
  /** Whether its elements come as bytes behind the JSON. */
  readonly binary: boolean;
}

/** An inference request of the Open Inference Protocol v2. */
export interface InferenceRequest {
  readonly rows: Rows;
  /** The caller's own id, to be given back. */
  readonly id: string | undefined;
  readonly outputs: readonly Output[];
}

const callerId = /^[\x21-\x7e]{1,128}$/;
const optional = ["id", "outputs", "parameters", "model_name", "model_version"];

/**
 * Reads `{ "inputs": [...], "id"?, "outputs"?, "parameters"?, "model_name"?, "model_version"? }`.
 * The inputs are one FP32 tensor of all columns, or a tensor for each column under the name of its
 * feature. `bytes` are those behind the JSON. Throws RequestProblem.
 */
export function readInference(
  form: TensorForm,
  body: unknown,
  bytes: TensorBytes | undefined,
): InferenceRequest {
  const given = objectWith(body, ["inputs"], optional);
  const { inputs } = given;
  const id = given["id"] ?? undefined;
  if (id !== undefined && (typeof id !== "string" || !callerId.test(id)))
    throw refuseField(
      "field.value",
      "id",
      "must be text of 1 to 128 printable characters without spaces",
    );
  ours(given["model_name"], "model_name", form.model);
  ours(given["model_version"], "model_version", form.version);
  const binary = readParameters(given["parameters"], "parameters", "request");
  if (!Array.isArray(inputs))
    throw refuseField("field.type", "inputs", "must be a list of tensors");
  const rows = isWhole(form, inputs)
    ? readWhole(form, inputs[0], bytes)
    : readColumns(form, inputs, bytes);
  bytes?.end();
  return {
    rows,
    id,
    outputs: readOutputs(given["outputs"], binary?.["binary_data_output"] === true),
  };
}

/** Whether a request has one tensor with all columns, and not one for each. */
function isWhole({ input, positions }: TensorForm, inputs: readonly unknown[]): boolean {
  const [first] = inputs;
  if (inputs.length !== 1 || !isObject(first)) return inputs.length === 1;
  return first["name"] === input || !positions.has(first["name"]);
}

/** A model is named in the path; clients repeat it. */
function ours(given: unknown, field: string, wanted: string): void {
  if (given !== undefined && given !== null && given !== "" && given !== wanted)
    throw refuseField("field.value", field, `must be ${wanted}, as in the path, or left out`);
}

const [asText, asBytes]: readonly (readonly Output[])[] = [false, true].map((binary) =>
  outputNames.map((name) => ({ name, binary })),
);

function readOutputs(outputs: unknown, binary: boolean): readonly Output[] {
  if (outputs === undefined || outputs === null) return (binary ? asBytes : asText) ?? [];
  if (!Array.isArray(outputs) || outputs.length === 0 || outputs.length > outputNames.length)
    throw refuseField(
      "field.type",
      "outputs",
      `must be a list of 1 to ${outputNames.length} output tensors`,
    );
  return outputs.map((output: unknown, i) => {
    if (!isObject(output))
      throw refuseField("field.type", `outputs[${i}]`, "must be an object with a name");
    checkKeys(output, `outputs[${i}].`, ["name"], ["parameters"]);
    const own = readParameters(output["parameters"], `outputs[${i}].parameters`, "output");
    const name = outputNames.find((known) => known === output["name"]);
    if (name === undefined)
      throw refuseField(
        "output.unknown",
        `outputs[${i}].name`,
        `must be one of ${outputNames.join(", ")}`,
      );
    const said = own?.["binary_data"];
    return { name, binary: typeof said === "boolean" ? said : binary };
  });
}
