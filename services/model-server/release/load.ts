import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { contractSchema, type Contract } from "../../contract/contract";
import { decodeText } from "../../contract/files";
import { readJson } from "../../contract/json";
import { InputError, parseOrThrow, type Problem } from "../../contract/problems";
import {
  packagedPart,
  releaseSchema,
  servedReleaseSchema,
  type Release,
  type ServedRelease,
} from "../../evidence/release";
import { inspectionProblems, inspectRelease, type Inspection } from "../../evidence/inspection";
import { digestOf } from "../../contract/digests";
import { parseYaml } from "../../contract/yaml";
import { firstBadScore, probabilities } from "../inference/scores";
import { openModel, type OnnxModel } from "../inference/session";
import { approvalStanding } from "./approvals";
import {
  documentProblems,
  explainerSchema,
  referenceSchema,
  type ExplainerDocument,
  type Reference,
} from "./documents";

/** Where a model's files are. */
export interface ReleaseFiles {
  /** The contract: YAML in the repository, JSON in the cluster. */
  readonly contract: string;
  /** The release manifest; in the cluster without its approvals. */
  readonly manifest: string;
  /** Folder with every file of the release and its attestation. */
  readonly folder: string;
  /**
   * Public keys in PEM, one of which must have signed the attestation. @default an unsigned release
   * is taken, its digests are checked all the same
   */
  readonly trustedKeys?: readonly string[] | undefined;
  /** Attestation of the published release, with its approvals. @default they are not known */
  readonly published?: string | undefined;
}

/** A model whose files are what its manifest and its contract say. */
export interface LoadedRelease {
  readonly contract: Contract;
  readonly release: ServedRelease;
  readonly reference: Reference;
  readonly explainer: ExplainerDocument;
  readonly bytes: Uint8Array;
  readonly model: OnnxModel;
  /** Whether the graph takes any number of rows at once. */
  readonly anyRows: boolean;
  /** How the release stands to the approvals that its tier asks for, in words. */
  readonly approvals: string;
}

/**
 * A manifest in the repository has approvals, one in a pod has none; neither is the server's
 * business.
 */
const manifestSchema = servedReleaseSchema.extend({
  approvals: releaseSchema.shape.approvals.optional(),
});

/**
 * Loads and verifies. Throws InputError with everything that does not fit: digests, signature,
 * contract, graph.
 */
export async function loadVerified(files: ReleaseFiles): Promise<LoadedRelease> {
  const contract = parseOrThrow(
    contractSchema,
    documentIn(files.contract, "CONTRACT"),
    files.contract,
  );
  const release = parseOrThrow(
    manifestSchema,
    documentIn(files.manifest, "RELEASE"),
    files.manifest,
  );
  const trusted = files.trustedKeys ?? [];
  const approvals = approvalStanding(files.published, served(release), contract, trusted);
  throwIfAny(files.folder, [
    ...trustProblems(contract, release, inspectRelease(files.folder, trusted), trusted),
    ...approvals.problems,
  ]);
  const [bytes, referenceBytes, explainerBytes] = [
    bytesIn(join(files.folder, "model.onnx")),
    bytesIn(join(files.folder, "reference.json")),
    bytesIn(join(files.folder, "explainer.json")),
  ];
  // The files were read once for the inspection: what is served is what was inspected.
  throwIfAny(files.folder, [
    ...changeProblems("model.onnx", bytes, release.digests.model),
    ...changeProblems("reference.json", referenceBytes, release.digests.reference),
    ...changeProblems("explainer.json", explainerBytes, release.explanation.digest),
  ]);
  const reference = parsed(referenceSchema, referenceBytes, join(files.folder, "reference.json"));
  const explainer = parsed(explainerSchema, explainerBytes, join(files.folder, "explainer.json"));
  throwIfAny(files.folder, documentProblems(contract, reference, explainer));
  const model = await opened(bytes, reference, files.folder);
  throwIfAny(files.folder, graphProblems(contract, reference, model));
  throwIfAny(files.folder, await trialProblems(model, explainer));
  return {
    contract,
    release,
    reference,
    explainer,
    bytes,
    model,
    anyRows: typeof model.inputs[0]?.shape[0] === "string",
    approvals: approvals.said,
  };
}

function changeProblems(file: string, bytes: Uint8Array, attested: string): Problem[] {
  const found = digestOf(bytes);
  return found === attested
    ? []
    : [
        {
          key: `digest of ${file}`,
          got: `${found}, changed since it was verified`,
          allowed: attested,
        },
      ];
}

/**
 * What keeps a release from being served: a file that is not the attested one, a signature that is
 * missing or wrong, a manifest or a contract of something else.
 */
function trustProblems(
  contract: Contract,
  release: ServedRelease,
  inspection: Inspection,
  trusted: readonly string[],
): Problem[] {
  const { attested } = inspection;
  return [
    ...(release.model === contract.name
      ? []
      : [
          {
            key: "manifest: model",
            got: release.model,
            allowed: `${contract.name}, the name in the contract`,
          },
        ]),
    ...inspectionProblems(inspection),
    ...signatureProblems(inspection, trusted),
    ...(attested === undefined || isAttested(release, attested)
      ? []
      : [
          {
            key: "manifest",
            got: "another than was attested",
            allowed: "what was attested; only publication and approvals may differ",
          },
        ]),
  ];
}

function signatureProblems({ signature }: Inspection, trusted: readonly string[]): Problem[] {
  if (trusted.length === 0 || signature.state === "trusted") return [];
  return [
    {
      key: "signature of attestation.json",
      got: signature.state === "untrusted" ? signature.keyids : undefined,
      allowed: "a signature by one of the trusted keys",
    },
  ];
}

/**
 * A pod is given the manifest as it was published; what its image holds is the manifest as it was
 * packaged.
 */
function isAttested(
  release: ServedRelease & { readonly approvals?: unknown },
  attested: Release,
): boolean {
  return isDeepStrictEqual(packagedPart(served(release)), packagedPart(served(attested)));
}

function served({
  approvals: _approvals,
  ...release
}: ServedRelease & { readonly approvals?: unknown }): ServedRelease {
  return release;
}

async function opened(bytes: Uint8Array, reference: Reference, folder: string): Promise<OnnxModel> {
  try {
    return await openModel(bytes, reference);
  } catch (error) {
    throw new InputError(folder, [
      {
        key: "model.onnx",
        got: error instanceof Error ? error.message : error,
        allowed: "an ONNX model that onnxruntime can open",
      },
    ]);
  }
}

/**
 * Where the graph is not (rows x features) float32 in and (rows) float32 out, under the names of
 * the reference.
 */
function graphProblems(contract: Contract, reference: Reference, model: OnnxModel): Problem[] {
  const width = contract.features.length;
  const [input, output] = [
    model.inputs[0],
    model.outputs.find((value) => value.name === reference.output),
  ];
  const problems: Problem[] = [];
  const rows = (size: number | string | undefined) => typeof size === "string" || size === 1;
  if (
    model.inputs.length !== 1 ||
    input?.name !== reference.input ||
    input.type !== "float32" ||
    input.shape.length !== 2 ||
    !rows(input.shape[0]) ||
    input.shape[1] !== width
  ) {
    problems.push({
      key: "inputs of model.onnx",
      got: model.inputs,
      allowed: `one float32 tensor ${reference.input} of shape [rows, ${width}]`,
    });
  }
  if (
    output?.type !== "float32" ||
    output.shape.length > 2 ||
    !rows(output.shape[0]) ||
    (output.shape.length === 2 && output.shape[1] !== 1)
  ) {
    problems.push({
      key: "outputs of model.onnx",
      got: model.outputs,
      allowed: `a float32 tensor ${reference.output} of shape [rows]`,
    });
  }
  return problems;
}

/** A graph can have the right shapes and still not run: score one row of the background. */
async function trialProblems(model: OnnxModel, explainer: ExplainerDocument): Promise<Problem[]> {
  const allowed = "a probability for a row of the background";
  try {
    const scores = await model.score(Float32Array.from(explainer.background[0] ?? []), 1);
    return firstBadScore(scores, probabilities) === undefined
      ? []
      : [{ key: "answer of model.onnx", got: scores[0], allowed }];
  } catch (error) {
    return [
      { key: "answer of model.onnx", got: error instanceof Error ? error.message : error, allowed },
    ];
  }
}

function bytesIn(file: string, allowed = "a file that can be read"): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new InputError(file, [
      {
        key: "(whole input)",
        got: error instanceof Error && "code" in error ? error.code : error,
        allowed,
      },
    ]);
  }
}

/** JSON, or YAML when the file's name says so; `which` is in the variable that names the file. */
function documentIn(file: string, which: "CONTRACT" | "RELEASE"): unknown {
  const said = `a file that can be read: CAUSEWAY_MODEL_FOLDER or CAUSEWAY_${which}_FILE names it`;
  const text = decodeText(bytesIn(file, said), file);
  return /\.ya?ml$/.test(file) ? parseYaml(text, file) : readJson(text, file);
}

function parsed<S extends z.ZodType>(schema: S, bytes: Buffer, file: string): z.output<S> {
  return parseOrThrow(schema, readJson(bytes.toString("utf8"), file), file);
}

function throwIfAny(source: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new InputError(source, problems);
}
