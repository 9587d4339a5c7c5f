/** @jest-environment ./test/services/model-server/support/environment.ts */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { attest } from "../../cli/release/attestation";
import { verify } from "../../cli/release/verify";
import { loadModels } from "../../infra/stack/models";
import { evidence } from "../../infra/serving/model-service";
import { modelServiceType } from "../../policies/models";
import { rule as attestation } from "../../policies/rules/governance/model-attestation";
import { rule as format } from "../../policies/rules/governance/model-format";
import { rule as signature } from "../../policies/rules/governance/model-signature";
import { InputError } from "../../services/contract/problems";
import { openModel } from "../../services/model-server/inference/session";
import { loadVerified } from "../../services/model-server/release/load";
import { modelsFolder } from "../harness/fixtures";
import { settings } from "../infra/serving/fixture";
import { filesIn, sealed } from "../services/model-server/support/release";
import { externalTensor, logisticGraph, modelOf } from "../support/onnx";
import { localStack } from "../support/local-stack";
import { testKey } from "../support/signing";

const ours = testKey("p256");
const now = Date.parse("2026-11-30T00:00:00Z");
const width = 16;
const config = localStack({ trustedKeys: [ours.publicKey] });

let models: string;
let folder: string;
let release: string;
const cwd = process.cwd();
beforeEach(() => {
  models = mkdtempSync(join(tmpdir(), "causeway-external-"));
  folder = join(models, "loan-approval");
  release = join(folder, "release");
  mkdirSync(folder);
  for (const name of ["model.yaml", "release"])
    cpSync(join(modelsFolder, "loan-approval", name), join(folder, name), { recursive: true });
  // onnxruntime looks for external data from the working directory; a server's is /app.
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(cwd);
  rmSync(models, { recursive: true, force: true });
});

/** Signs the folder as it is, whatever it holds: the attacker got in before the signature. */
function signed(): void {
  sealed(folder, [ours.signer]);
}

/** What each of those who judge a release says against it; nothing where they take it. */
async function said(): Promise<Record<"command" | "policies" | "server", string[]>> {
  const [model] = loadModels(config, models, now);
  const props = { ...evidence({ ...settings, ...model }), riskTier: "high" };
  const { checks } = verify(release, { trusted: config.trustedKeys, unsigned: false, now });
  return {
    command: checks
      .filter(({ found, allowed }) => found !== allowed)
      .map(({ name, found }) => `${name}: ${found}`),
    policies: [attestation, format, signature].flatMap((rule) =>
      rule.check({ type: modelServiceType, name: "scorer", props }, {}).length > 0
        ? [rule.name]
        : [],
    ),
    server: await loadVerified({ ...filesIn(folder), trustedKeys: config.trustedKeys }).then(
      () => [],
      (error: unknown) => {
        if (error instanceof InputError) return error.problems.map(({ key }) => key);
        throw error;
      },
    ),
  };
}

const nobody = { command: [], policies: [], server: [] };

test("the sample is taken by all, and signed by hand as the command signs it", async () => {
  signed();
  expect(await said()).toEqual(nobody);
});

describe("a model whose weights are in another file", () => {
  const model = modelOf(
    logisticGraph(width, externalTensor("weights", [width, 1], "release/weights.bin")),
  );
  const weigh = (weight: number) =>
    writeFileSync(
      join(release, "weights.bin"),
      Buffer.from(new Float32Array(width).fill(weight).buffer),
    );
  beforeEach(() => {
    writeFileSync(join(release, "model.onnx"), model);
    weigh(1);
    signed();
  });

  test("decides otherwise with the same digest, by onnxruntime alone", async () => {
    const scores: unknown[] = [];
    for (const weight of [1, -1]) {
      weigh(weight);
      const session = await InferenceSession.create(model);
      const row = new Tensor("float32", new Float32Array(width).fill(1), [1, width]);
      scores.push((await session.run({ features: row })).score?.data[0]);
      await session.release();
    }
    expect(scores).toEqual([expect.closeTo(1), expect.closeTo(0)]);
  });

  test("is refused, however good its signature, before and after the swap", async () => {
    const found = 'onnx with external data: tensor "weights" of model.graph.initializer';
    for (const weight of [1, -1]) {
      weigh(weight);
      expect(await said()).toEqual({
        command: [`format of model.onnx: ${found}`, "file weights.bin: in the folder"],
        policies: [attestation.name, format.name],
        server: ["format of model.onnx", "file weights.bin"],
      });
    }
    rmSync(join(release, "weights.bin"));
    expect((await said()).command).toEqual([`format of model.onnx: ${found}`]);
    expect(() => attest(release, [ours.signer])).toThrow(JSON.stringify(found));
  });

  test("never comes to onnxruntime, in whichever thread", async () => {
    await expect(openModel(model, { input: "features", output: "score" })).rejects.toThrow(
      "got onnx with external data",
    );
  });
});

test("a file that the attestation does not name is refused, and nobody signs beside it", async () => {
  signed();
  for (const name of ["weights.bin", ".hidden", "model.onnx.data"]) {
    writeFileSync(join(release, name), "");
    expect(await said()).toEqual({
      command: [`file ${name}: in the folder`],
      policies: [attestation.name],
      server: [`file ${name}`],
    });
    expect(() => attest(release, [ours.signer])).toThrow(name);
    rmSync(join(release, name));
  }
  mkdirSync(join(release, "more"));
  expect((await said()).server).toEqual(["file more"]);
});
