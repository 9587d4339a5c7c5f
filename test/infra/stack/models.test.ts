import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localStack } from "../../support/local-stack";
import { loadModels, type Model } from "../../../infra/stack/models";
import { modelsFolder } from "../../harness/fixtures";
import { loadRelease } from "../../../services/evidence/load";
import { retry, verdict } from "../../support/verdicts";

const released = loadRelease(modelsFolder, "loan-approval").image.digest;
const failed = verdict({ digest: released });
const decided = { ...retry, digest: released };

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "causeway-models-"));
  cpSync(join(modelsFolder, "loan-approval"), join(folder, "loan-approval"), {
    recursive: true,
    filter: (path) => !path.endsWith(".onnx"),
  });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The models of a stack on a cluster, with the given entries of `causeway:models`. */
function models(...entries: object[]): Model[] {
  return loadModels(
    localStack({ models: entries.map((entry) => ({ name: "loan-approval", ...entry })) }),
    folder,
  );
}
function record(...verdicts: (typeof failed)[]): void {
  mkdirSync(join(folder, "loan-approval", "verdicts"), { recursive: true });
  verdicts.forEach((given, i) =>
    writeFileSync(join(folder, "loan-approval", "verdicts", `${i}.json`), JSON.stringify(given)),
  );
}

describe("what an update is judged by", () => {
  it("is the digest of the release, or of the image that the stack file names, and what is on record", () => {
    record(failed);
    expect(models({})).toEqual([
      expect.objectContaining({ declaredDigest: released, imageNamed: false, verdicts: [failed] }),
    ]);
    expect(
      models({ image: `registry.example.com/loan-approval@${verdict().digest}`, retry: decided }),
    ).toEqual([
      expect.objectContaining({
        declaredDigest: verdict().digest,
        imageNamed: true,
        retry: decided,
      }),
    ]);
  });
});

describe("a model that is not complete", () => {
  it("is told the next step: the models that there are, and the command that makes the first release", () => {
    cpSync(join(folder, "loan-approval"), join(folder, "newcomer"), {
      recursive: true,
      filter: (path) => !path.endsWith("release"),
    });
    expect(() => models({}, { name: "newcomer" }, { name: "typo" })).toThrow(
      `${folder} has 2 problems:\n  - newcomer/release/manifest.json: got nothing, allowed: a release: npx causeway release renew newcomer trains the first one\n  - typo/model.yaml: got nothing, allowed: the contract of a model that the stack names under causeway:models; there are loan-approval, newcomer`,
    );
  });
});

describe("a fallback model", () => {
  /** Adds a copy of the sample as another model, and declares it the sample's fallback. */
  function declare(name: string, change: (contract: string) => string = (text) => text): void {
    cpSync(join(folder, "loan-approval"), join(folder, name), { recursive: true });
    const rename = (file: string, edit: (text: string) => string) =>
      writeFileSync(join(folder, name, file), edit(readFileSync(join(folder, name, file), "utf8")));
    rename("model.yaml", (text) => change(text.replace("name: loan-approval", `name: ${name}`)));
    rename("release/manifest.json", (text) =>
      text.replace('"model": "loan-approval"', `"model": "${name}"`),
    );
    const own = join(folder, "loan-approval", "model.yaml");
    writeFileSync(
      own,
      readFileSync(own, "utf8").replace(
        "  requestsPerReplica: 200",
        `  requestsPerReplica: 200\n  fallback: { model: ${name} }`,
      ),
    );
  }

  it("is accepted where the stack serves it and it takes the same features", () => {
    declare("loan-rules");
    expect(
      models({}, { name: "loan-rules" }).map(({ contract }) => contract.serving.fallback),
    ).toEqual([{ model: "loan-rules" }, undefined]);
  });

  it("is refused where the stack does not serve it", () => {
    declare("loan-rules");
    expect(() => models({})).toThrow(
      'serving.fallback.model: got "loan-rules", allowed: another model of the stack with the same features: there is none',
    );
  });

  it("is refused where it takes other features", () => {
    declare("loan-rules", (text) => text.replace("name: unver", "name: unverified"));
    expect(() => models({}, { name: "loan-rules" })).toThrow(
      'serving.fallback.model: got "loan-rules"',
    );
  });
});
