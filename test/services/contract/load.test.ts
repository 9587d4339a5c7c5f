import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dump } from "js-yaml";
import { loadContract, loadRelease, modelNames } from "../../../services/contract/load";
import { InputError } from "../../../services/contract/problems";
import {
  releaseSchema,
  servedRelease,
  servedReleaseSchema,
} from "../../../services/evidence/release";
import { contract, release } from "../../infra/serving/fixture";
import { set } from "../../support/rule-suite";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "models-"))));
afterEach(() => rmSync(folder, { recursive: true }));

function write(model: string, path: string, text: string): string {
  const file = join(folder, model, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** The message that loading ends with. */
function failure(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error("nothing failed");
}

describe("modelNames", () => {
  it("lists the folders that hold a contract, in order", () => {
    write("b", "model.yaml", "");
    write("a", "model.yaml", "");
    write("c", "notes.txt", "");
    expect(modelNames(folder)).toEqual(["a", "b"]);
  });
});

describe("loadContract", () => {
  it("reads a contract back as it was", () => {
    write("loan-approval", "model.yaml", dump(contract));
    expect(loadContract(folder, "loan-approval")).toEqual(contract);
  });

  it("names the file that is not there", () => {
    expect(failure(() => loadContract(folder, "ghost"))).toBe(
      `${join(folder, "ghost", "model.yaml")} has 1 problem:\n  - (whole input): got nothing, allowed: a file at this path`,
    );
  });

  it("refuses a contract under another name's folder", () => {
    const file = write("other", "model.yaml", dump(contract));
    expect(failure(() => loadContract(folder, "other"))).toBe(
      `${file} has 1 problem:\n  - name: got "loan-approval", allowed: the name of its folder, other`,
    );
  });

  it.each(["a: [", "a: 1\na: 2", "\tname: x"])("says of %j that it is no YAML", (text) => {
    write("broken", "model.yaml", text);
    expect(failure(() => loadContract(folder, "broken"))).toMatch(
      /has 1 problem:\n {2}- \(whole input\): got ".*, allowed: YAML$/,
    );
  });

  it("says of an empty file that it is none", () => {
    write("empty", "model.yaml", "");
    expect(failure(() => loadContract(folder, "empty"))).toMatch(
      /has 1 problem:\n {2}- \(whole input\): got "expected a document, but the input is empty", allowed: YAML$/,
    );
  });
});

describe("loadRelease", () => {
  const path = "release/manifest.json";

  it("reads a manifest back as it was", () => {
    write("loan-approval", path, JSON.stringify(release));
    expect(loadRelease(folder, "loan-approval")).toEqual(release);
  });

  it("says of a broken file that it is no JSON", () => {
    write("loan-approval", path, "{");
    expect(failure(() => loadRelease(folder, "loan-approval"))).toMatch(
      /- \(whole input\): got ".*", allowed: JSON$/,
    );
  });

  it("refuses another model's release", () => {
    write("other", path, JSON.stringify(release));
    expect(failure(() => loadRelease(folder, "other"))).toMatch(
      /- model: got "loan-approval", allowed: the name of its folder, other$/,
    );
  });

  it("lists every problem", () => {
    const bad = set(
      set(set({ ...release, note: "x" }, "version", "latest"), "digests.data", "sha256:0"),
      "evaluation.rows",
      0,
    );
    write("loan-approval", path, JSON.stringify(bad));
    expect(
      failure(() => loadRelease(folder, "loan-approval"))
        .split("\n")
        .slice(1),
    ).toEqual([
      '  - version: got "latest", allowed: a semantic version such as 1.4.0',
      '  - digests.data: got "sha256:0", allowed: a digest: sha256: and 64 hexadecimal digits',
      "  - evaluation.rows: got 0, allowed: number to be >=1",
      '  - note: got "x", allowed: no such key; docs/stack.schema.json lists those of a stack, docs/model.schema.json those of a contract',
    ]);
  });
});

describe("servedRelease", () => {
  it("is the release without its approvals, and what a server may expect", () => {
    const served = servedRelease(releaseSchema.parse(release));
    expect(served).toEqual(
      Object.fromEntries(Object.entries(release).filter(([key]) => key !== "approvals")),
    );
    expect(servedReleaseSchema.parse(served)).toEqual(served);
    expect(servedReleaseSchema.safeParse(release).success).toBe(false);
  });
});
