import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { configSchema } from "../../../infra/stack/schema";
import {
  acceptedImage,
  loadModels,
  modelsFolder,
  refuseFailed,
  unlessFailed,
  type Model,
} from "../../../infra/stack/models";
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
  const identity = {
    issuer: "https://login.example.com/",
    jwksUri: "https://login.example.com/keys",
    audiences: ["causeway"],
  };
  return loadModels(
    configSchema.parse({
      target: "kubernetes",
      environment: "local",
      organization: "example",
      regions: [{ name: "local" }],
      identity,
      models: entries.map((entry) => ({ name: "loan-approval", ...entry })),
    }),
    folder,
  );
}
function record(...verdicts: (typeof failed)[]): void {
  mkdirSync(join(folder, "loan-approval", "verdicts"), { recursive: true });
  verdicts.forEach((given, i) =>
    writeFileSync(join(folder, "loan-approval", "verdicts", `${i}.json`), JSON.stringify(given)),
  );
}
const known = (value: pulumi.Input<string>) =>
  new Promise<string>((resolve) => void pulumi.output(value).apply(resolve));

describe("an update", () => {
  it("is refused with a release that was rolled back; the message says where, when, why and what to do", () => {
    record(failed);
    expect(() => refuseFailed(models({}), false)).toThrow(
      `loan-approval 1.4.0 (${released}) was rolled-back in eu-west-1 at 2026-11-24T10:20:00Z (${failed.message}). Serve another release, or decide to try it again: npm run delivery -- override loan-approval --reason "..."`,
    );
  });

  it("goes through in a preview, where the policy says it", () => {
    record(failed);
    expect(() => refuseFailed(models({}), true)).not.toThrow();
  });

  it("goes through without verdicts, with a promotion, and with a decision that is recorded in the stack file", () => {
    expect(() => refuseFailed(models({}), false)).not.toThrow();
    record({ ...failed, outcome: "promoted" });
    expect(() => refuseFailed(models({}), false)).not.toThrow();
    record(failed);
    expect(() => refuseFailed(models({ retry: decided }), false)).not.toThrow();
  });

  it("is judged by the image of the stack file where that names one", () => {
    record(verdict());
    expect(() => refuseFailed(models({}), false)).not.toThrow();
    expect(() =>
      refuseFailed(
        models({ image: `registry.example.com/loan-approval@${verdict().digest}` }),
        false,
      ),
    ).toThrow("was rolled-back");
  });
});

describe("a model that is not complete", () => {
  it("is told the next step: the models that there are, and the command that makes the first release", () => {
    cpSync(join(folder, "loan-approval"), join(folder, "newcomer"), {
      recursive: true,
      filter: (path) => !path.endsWith("release"),
    });
    expect(() => models({}, { name: "newcomer" }, { name: "typo" })).toThrow(
      `${folder} has 2 problems:\n  - newcomer/release/manifest.json: got nothing, allowed: a release: npm run release:renew -- newcomer trains the first one\n  - typo/model.yaml: got nothing, allowed: the contract of a model that the stack names under causeway:models; there are loan-approval, newcomer`,
    );
  });
});

describe("an image that is built in the update", () => {
  const built = () => pulumi.output(`registry.example.com/loan-approval@${verdict().digest}`);

  it("passes where it has no failed verdict, and in a preview", async () => {
    const [model] = models({}) as [Model];
    expect(await known(unlessFailed(model, built(), false))).toBe(await known(built()));
    const preview = built();
    expect(unlessFailed({ ...model, verdicts: [verdict()] }, preview, true)).toBe(preview);
  });

  it("is refused as soon as its digest is known and was rolled back", () => {
    const [model] = models({}) as [Model];
    expect(() =>
      acceptedImage(
        { ...model, verdicts: [verdict()] },
        `registry.example.com/loan-approval@${verdict().digest}`,
      ),
    ).toThrow(`loan-approval 1.4.0 (${verdict().digest}) was rolled-back in eu-west-1`);
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
