import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadRelease } from "../../../services/evidence/load";
import { InputError } from "../../../services/contract/problems";
import {
  releaseSchema,
  servedRelease,
  servedReleaseSchema,
} from "../../../services/evidence/release";
import { release } from "../../infra/serving/fixture";
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

describe("loadRelease", () => {
  const path = "release/manifest.json";

  it("reads a manifest back as it was", () => {
    write("loan-approval", path, JSON.stringify(release));
    expect(loadRelease(folder, "loan-approval")).toEqual(release);
  });

  it("says of a broken file that it is no JSON", () => {
    write("loan-approval", path, "{");
    expect(failure(() => loadRelease(folder, "loan-approval"))).toMatch(
      /- \(whole input\): got ".*", allowed: JSON with each key once/,
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
