/** @jest-environment ./test/services/model-server/support/environment.ts */
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../../services/contract/problems";
import { digestOf, loadVerified, type ReleaseFiles } from "../../../services/model-server/release/load";
import { change, changeJson, copiedModel, filesIn, sealed } from "./support/release";
import { jsonIn, root } from "./support/server";

const golden = join(root, "test", "services", "model-server", "golden");

describe("loading a release", () => {
  let folder: string;
  beforeEach(() => (folder = copiedModel()));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const file = (name: string) => join(folder, "release", name);
  const manifest = () => jsonIn(file("manifest.json"));

  async function problems(files: ReleaseFiles = filesIn(folder)): Promise<[string, string][]> {
    const error = await loadVerified(files).catch((reason: unknown) => reason);
    if (!(error instanceof InputError)) throw new Error(`expected an InputError, got ${String(error)}`);
    return error.problems.map((problem) => [problem.key, problem.allowed]);
  }

  test("takes the sample, as it is in the repository and as a pod sees it", async () => {
    expect((await loadVerified(filesIn(folder))).release.model).toBe("loan-approval");
    const served = Object.fromEntries(Object.entries(manifest()).filter(([key]) => key !== "approvals"));
    const contract = join(folder, "contract.json");
    writeFileSync(contract, JSON.stringify((await loadVerified(filesIn(folder))).contract));
    writeFileSync(file("release.json"), JSON.stringify(served));
    expect((await loadVerified({ ...filesIn(folder), contract, manifest: file("release.json") })).anyRows).toBe(true);
  });

  test("refuses a model of which one bit is wrong", async () => {
    const { model } = manifest().digests;
    change(file("model.onnx"), (bytes) => {
      bytes[2_000] = bytes[2_000]! ^ 1;
      return bytes;
    });
    expect(await problems()).toEqual([["digest of model.onnx", `${model}, as the manifest says`]]);
  });

  test("refuses a reference and an explainer that are not the manifest's, both at once", async () => {
    changeJson(file("reference.json"), (reference) => (reference.threshold = 0.1));
    changeJson(file("explainer.json"), (explainer) => (explainer.expected = 0));
    expect((await problems()).map(([key]) => key)).toEqual(["digest of reference.json", "digest of explainer.json"]);
  });

  test("refuses bytes that are no model, even when the manifest says so", async () => {
    change(file("model.onnx"), (bytes) => bytes.subarray(0, 500));
    sealed(folder);
    expect(await problems()).toEqual([["model.onnx", "an ONNX model that onnxruntime can open"]]);
  });

  test("refuses a graph whose input has another name", async () => {
    change(file("model.onnx"), (bytes) => Buffer.from(bytes.toString("latin1").replaceAll("features", "featurez"), "latin1"));
    sealed(folder);
    expect(await problems()).toEqual([["inputs of model.onnx", "one float32 tensor features of shape [rows, 16]"]]);
  });

  test("refuses a graph of another width", async () => {
    change(file("model.onnx"), () => readFileSync(join(golden, "linear.onnx")));
    sealed(folder);
    expect(await problems()).toEqual([["inputs of model.onnx", "one float32 tensor features of shape [rows, 16]"]]);
  });

  test("refuses a graph without the output that the reference names", async () => {
    changeJson(file("reference.json"), (reference) => (reference.output = "logits"));
    sealed(folder);
    expect(await problems()).toEqual([["outputs of model.onnx", "a float32 tensor logits of shape [rows]"]]);
  });

  test("refuses documents that do not fit the contract, with every difference", async () => {
    changeJson(file("reference.json"), (reference) => {
      reference.threshold = 0.5;
      reference.features.reverse();
    });
    changeJson(file("explainer.json"), (explainer) => explainer.background.push([1, 2]));
    sealed(folder);
    expect((await problems()).map(([key]) => key)).toEqual(["reference.json: threshold", "reference.json: features", "explainer.json: values in each row of the background"]);
  });

  test("refuses a manifest of another model and files that are missing", async () => {
    changeJson(file("manifest.json"), (content) => (content.model = "other"));
    expect(await problems()).toEqual([["manifest: model", "loan-approval, the name in the contract"]]);
    rmSync(file("explainer.json"));
    expect((await problems())[0]![1]).toBe("a file that can be read");
  });

  describe("with a trusted key", () => {
    const pair = generateKeyPairSync("ed25519");
    const pem = (key: KeyObject) => key.export({ type: "spki", format: "pem" }).toString();
    const trusting = () => ({ ...filesIn(folder), trustedKey: pem(pair.publicKey) });
    const signWith = (key: KeyObject, publicKey: KeyObject) => {
      const keyId = digestOf(publicKey.export({ type: "spki", format: "der" }).subarray(-32));
      writeFileSync(file("signature.json"), JSON.stringify({ algorithm: "ed25519", keyId, signature: sign(null, readFileSync(file("manifest.json")), key).toString("base64") }));
    };

    test("takes a manifest that the key signed", async () => {
      signWith(pair.privateKey, pair.publicKey);
      expect((await loadVerified(trusting())).release.model).toBe("loan-approval");
    });

    test("refuses a manifest that nobody signed, or another key, or that changed since", async () => {
      expect((await problems(trusting()))[0]![1]).toBe("a file that can be read");
      const other = generateKeyPairSync("ed25519");
      signWith(other.privateKey, other.publicKey);
      expect((await problems(trusting()))[0]![0]).toBe("signature.json: keyId");
      signWith(pair.privateKey, pair.publicKey);
      change(file("manifest.json"), (bytes) => Buffer.concat([bytes, Buffer.from("\n")]));
      expect((await problems(trusting()))[0]![0]).toBe("signature.json: signature");
    });

    test("refuses a served manifest with digests that the signed one does not have", async () => {
      signWith(pair.privateKey, pair.publicKey);
      const served = { ...manifest(), digests: { ...manifest().digests, data: `sha256:${"0".repeat(64)}` } };
      writeFileSync(file("release.json"), JSON.stringify(served));
      expect(await problems({ ...trusting(), manifest: file("release.json") })).toEqual([["manifest: digests", "the digests in the signed manifest"]]);
    });
  });
});
