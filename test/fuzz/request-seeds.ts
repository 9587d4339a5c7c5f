import { categoriesOf, isCategorical, isNumeric } from "../../services/contract/encoding";
import { loadContract } from "../../services/contract/load";
import { keysFrom } from "../../services/model-server/identity/keys";
import { PredictionIds } from "../../services/model-server/identity/prediction-id";
import { parseBody } from "../../services/model-server/requests/body";
import { columnsOf } from "../../services/model-server/requests/columns";
import { tensorForm } from "../../services/model-server/requests/tensor";
import { RequestProblem } from "../../services/model-server/requests/problem";
import { modelsFolder } from "../harness/fixtures";

export const model = "loan-approval";
export const contract = loadContract(modelsFolder, model);

/** A parser under trial. */
export interface Target {
  readonly name: string;
  /** Valid documents that the changes start from. */
  readonly seeds: readonly unknown[];
  /** A document as the parser gets it. */
  readonly write: (document: unknown) => string;
  /** Reads a text; throws only what `problem` knows. Gets a folder of its own for files. */
  readonly read: (text: string, folder: string) => unknown;
  /** What is wrong with an error: undefined for the documented type that names the field. */
  readonly complaint: (error: unknown) => string | undefined;
}
export const json = (document: unknown) => JSON.stringify(document) ?? "";

function requestProblem(error: unknown): string | undefined {
  if (!(error instanceof RequestProblem)) return "is not a RequestProblem";
  if (error.status < 400 || error.status > 499) return `blames the server: ${error.status}`;
  if (error.message.length > 2_000) return "repeats what the caller sent";
  return error.code.startsWith("body.") || error.problems.every(({ field }) => field !== "")
    ? undefined
    : "names no field";
}

export const columns = columnsOf(contract);
export const form = tensorForm({
  model,
  version: "1.0.0",
  input: "features",
  columns,
  maximumRows: 64,
});

const row = contract.features.map((feature) =>
  isCategorical(feature) ? categoriesOf(feature)[0]!.code : isNumeric(feature) ? feature.min : 0,
);

export const named = {
  features: Object.fromEntries(contract.features.map(({ name }, i) => [name, row[i]])),
  subject: "applicant-1",
};

export const tensor = {
  id: "caller-1",
  inputs: [{ name: "features", shape: [2, row.length], datatype: "FP32", data: [row, row] }],
  outputs: [{ name: "score" }],
  parameters: {},
};
/** A tensor for each feature. */
export const namedTensors = {
  inputs: contract.features.map(({ name }, i) => ({
    name,
    shape: [2, 1],
    datatype: "FP64",
    data: [row[i], row[i]],
    parameters: { content_type: "np" },
  })),
  parameters: { content_type: "pd", binary_data_output: true },
};
export const [attribute] = contract.protectedAttributes;
export const ids = new PredictionIds(keysFrom(Buffer.from(`k1 ${"7".repeat(48)}\n`), model));
export const issued = ids.issue({ version: "1.0.0", positive: true, bin: 3, at: 1_800_000_000 });

export function request(name: string, seed: unknown, read: (body: unknown) => unknown): Target {
  return {
    name,
    seeds: [seed],
    write: json,
    read: (text) => read(parseBody(Buffer.from(text))),
    complaint: requestProblem,
  };
}
