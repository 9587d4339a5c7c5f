import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load as parseYaml } from "js-yaml";
import { contractSchema, type Contract } from "../../contract/contract";
import { InputError, parseOrThrow, type Problem } from "../../contract/problems";
import { releaseSchema, servedReleaseSchema, type ServedRelease } from "../../contract/release";
import { openModel, type OnnxModel } from "../inference/session";
import { documentProblems, explainerSchema, referenceSchema, type ExplainerDocument, type Reference } from "./documents";
import { signatureProblems } from "./signature";

/** Where a model's files are. */
export interface ReleaseFiles {
  /** The contract: YAML in the repository, JSON in the cluster. */
  readonly contract: string;
  /** The release manifest; in the cluster without its approvals. */
  readonly manifest: string;
  /** Folder with `model.onnx`, `reference.json`, `explainer.json`, and `manifest.json` and `signature.json` when a key is trusted. */
  readonly folder: string;
  /** Public key in PEM that must have signed the manifest in `folder`. */
  readonly trustedKey?: string | undefined;
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
}

/** A manifest in the repository has approvals, one in a pod has none; neither is the server's business. */
const manifestSchema = servedReleaseSchema.extend({ approvals: releaseSchema.shape.approvals.optional() });

/** Loads and verifies. Throws InputError with everything that does not fit: digests, signature, contract, graph. */
export async function loadVerified(files: ReleaseFiles): Promise<LoadedRelease> {
  const contract = parseOrThrow(contractSchema, documentIn(files.contract), files.contract);
  const release = parseOrThrow(manifestSchema, documentIn(files.manifest), files.manifest);
  const bytes = bytesIn(join(files.folder, "model.onnx"));
  const [referenceBytes, explainerBytes] = [bytesIn(join(files.folder, "reference.json")), bytesIn(join(files.folder, "explainer.json"))];
  throwIfAny(files.folder, [...digestProblems(contract, release, bytes, referenceBytes, explainerBytes), ...trustProblems(files, release)]);
  const reference = parseOrThrow(referenceSchema, JSON.parse(referenceBytes.toString("utf8")), join(files.folder, "reference.json"));
  const explainer = parseOrThrow(explainerSchema, JSON.parse(explainerBytes.toString("utf8")), join(files.folder, "explainer.json"));
  throwIfAny(files.folder, documentProblems(contract, reference, explainer));
  const model = await opened(bytes, reference, files.folder);
  throwIfAny(files.folder, graphProblems(contract, reference, model));
  throwIfAny(files.folder, await trialProblems(model, explainer));
  return { contract, release, reference, explainer, bytes, model, anyRows: typeof model.inputs[0]?.shape[0] === "string" };
}

/** `sha256:` and the hexadecimal digest. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function digestProblems(contract: Contract, release: ServedRelease, model: Buffer, reference: Buffer, explainer: Buffer): Problem[] {
  const wrong = (key: string, got: string, allowed: string): Problem[] => (got === allowed ? [] : [{ key, got, allowed: `${allowed}, as the manifest says` }]);
  return [
    ...(release.model === contract.name ? [] : [{ key: "manifest: model", got: release.model, allowed: `${contract.name}, the name in the contract` }]),
    ...wrong("digest of model.onnx", digestOf(model), release.digests.model),
    ...wrong("digest of reference.json", digestOf(reference), release.digests.reference),
    ...wrong("digest of explainer.json", digestOf(explainer), release.explanation.digest),
  ];
}

/** With a trusted key: its signature on the manifest in the folder, and that manifest naming the digests that are served. */
function trustProblems({ folder, trustedKey }: ReleaseFiles, release: ServedRelease): Problem[] {
  if (trustedKey === undefined) return [];
  const manifest = bytesIn(join(folder, "manifest.json"));
  const problems = signatureProblems(manifest, documentIn(join(folder, "signature.json")), trustedKey);
  const signed = parseOrThrow(manifestSchema, JSON.parse(manifest.toString("utf8")), join(folder, "manifest.json"));
  if (JSON.stringify(Object.entries(signed.digests).sort()) !== JSON.stringify(Object.entries(release.digests).sort())) problems.push({ key: "manifest: digests", got: release.digests, allowed: "the digests in the signed manifest" });
  return problems;
}

async function opened(bytes: Uint8Array, reference: Reference, folder: string): Promise<OnnxModel> {
  try {
    return await openModel(bytes, reference);
  } catch (error) {
    throw new InputError(folder, [{ key: "model.onnx", got: error instanceof Error ? error.message : error, allowed: "an ONNX model that onnxruntime can open" }]);
  }
}

/** Where the graph is not (rows x features) float32 in and (rows) float32 out, under the names of the reference. */
function graphProblems(contract: Contract, reference: Reference, model: OnnxModel): Problem[] {
  const width = contract.features.length;
  const [input, output] = [model.inputs[0], model.outputs.find((value) => value.name === reference.output)];
  const problems: Problem[] = [];
  const rows = (size: number | string | undefined) => typeof size === "string" || size === 1;
  if (model.inputs.length !== 1 || input?.name !== reference.input || input.type !== "float32" || input.shape.length !== 2 || !rows(input.shape[0]) || input.shape[1] !== width) {
    problems.push({ key: "inputs of model.onnx", got: model.inputs, allowed: `one float32 tensor ${reference.input} of shape [rows, ${width}]` });
  }
  if (output?.type !== "float32" || output.shape.length > 2 || !rows(output.shape[0]) || (output.shape.length === 2 && output.shape[1] !== 1)) {
    problems.push({ key: "outputs of model.onnx", got: model.outputs, allowed: `a float32 tensor ${reference.output} of shape [rows]` });
  }
  return problems;
}

/** A graph can have the right shapes and still not run: score one row of the background. */
async function trialProblems(model: OnnxModel, explainer: ExplainerDocument): Promise<Problem[]> {
  const allowed = "a probability for a row of the background";
  try {
    const [score] = await model.score(Float32Array.from(explainer.background[0] ?? []), 1);
    return score !== undefined && score >= 0 && score <= 1 ? [] : [{ key: "answer of model.onnx", got: score, allowed }];
  } catch (error) {
    return [{ key: "answer of model.onnx", got: error instanceof Error ? error.message : error, allowed }];
  }
}

function bytesIn(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new InputError(file, [{ key: "(whole input)", got: error instanceof Error ? error.message : error, allowed: "a file that can be read" }]);
  }
}

/** JSON, or YAML when the file's name says so. */
function documentIn(file: string): unknown {
  const text = bytesIn(file).toString("utf8");
  try {
    return /\.ya?ml$/.test(file) ? parseYaml(text) : JSON.parse(text);
  } catch (error) {
    throw new InputError(file, [{ key: "(whole input)", got: error instanceof Error ? error.message : error, allowed: "YAML or JSON" }]);
  }
}

function throwIfAny(source: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new InputError(source, problems);
}
