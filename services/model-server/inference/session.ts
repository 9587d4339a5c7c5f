import { InferenceSession, Tensor } from "onnxruntime-node";
import { modelFormat } from "../../evidence/model-format";

/**
 * Scores rows: row-major float32 (count x width) in, one probability of the positive label per row
 * out.
 */
export interface Scorer {
  score(rows: Float32Array, count: number): Promise<Float32Array>;
}

/** One input or output of an ONNX graph. */
export interface GraphValue {
  readonly name: string;
  readonly type: string;
  /** Numbers, or names of dimensions that are free. */
  readonly shape: readonly (number | string)[];
}

/** An ONNX session with what its graph declares. */
export interface OnnxModel extends Scorer {
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  /** Frees the native memory. */
  release(): Promise<void>;
}

/**
 * Opens a model. One thread per session: predictions are small, replicas are many, and sums in the
 * same order everywhere give the same scores everywhere. Rejects bytes that are no ONNX graph with all
 * tensors in itself, before onnxruntime would read a file that they name, and with onnxruntime's
 * error those that it cannot open.
 */
export async function openModel(
  bytes: Uint8Array,
  names: { readonly input: string; readonly output: string },
): Promise<OnnxModel> {
  const format = modelFormat(bytes);
  if (format !== "onnx") throw new TypeError(`got ${format}, allowed: onnx`);
  const session = await InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    // An arena only grows; without it memory follows the largest batch and falls again.
    enableCpuMemArena: false,
  });
  const inputs = session.inputMetadata.map(graphValue);
  const width = inputs.find((value) => value.name === names.input)?.shape[1];
  return {
    inputs,
    outputs: session.outputMetadata.map(graphValue),
    async score(rows, count) {
      const result = await session.run(
        {
          [names.input]: new Tensor("float32", rows, [
            count,
            typeof width === "number" ? width : rows.length / count,
          ]),
        },
        [names.output],
      );
      const data = result[names.output]?.data;
      if (!(data instanceof Float32Array) || data.length !== count)
        throw new Error(
          `the model answered ${count} rows with ${data === undefined ? "nothing" : `${data.length} values`}`,
        );
      return data;
    },
    release: () => session.release(),
  };
}

function graphValue(value: InferenceSession.ValueMetadata): GraphValue {
  return value.isTensor
    ? { name: value.name, type: value.type, shape: value.shape }
    : { name: value.name, type: "not a tensor", shape: [] };
}
