import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dump } from "js-yaml";
import { contractSchema } from "../../../services/contract/contract";
import { modelNames } from "../../../services/contract/files";
import { loadContract } from "../../../services/contract/load";
import { InputError } from "../../../services/contract/problems";
import { contract } from "../../infra/serving/fixture";

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
    write("loan-approval", "model.yaml", dump(contractSchema.encode(contract)));
    expect(loadContract(folder, "loan-approval")).toEqual(contract);
  });

  it("names the file that is not there", () => {
    expect(failure(() => loadContract(folder, "ghost"))).toBe(
      `${join(folder, "ghost", "model.yaml")} has 1 problem:\n  - (whole input): got nothing, allowed: a file at this path`,
    );
  });

  it("refuses a contract under another name's folder", () => {
    const file = write("other", "model.yaml", dump(contractSchema.encode(contract)));
    expect(failure(() => loadContract(folder, "other"))).toBe(
      `${file} has 1 problem:\n  - name: got "loan-approval", allowed: the name of its folder, other`,
    );
  });

  it.each(["a: [", "a: 1\na: 2", "a: b: c"])("says of %j that it is no YAML", (text) => {
    write("broken", "model.yaml", text);
    expect(failure(() => loadContract(folder, "broken"))).toMatch(
      /has 1 problem:\n {2}- \(whole input\): got ".*, allowed: YAML$/,
    );
  });

  it("says of a tab and of bytes that are no UTF-8 what they are", () => {
    write("broken", "model.yaml", "\tname: x");
    expect(failure(() => loadContract(folder, "broken"))).toContain(
      '(whole input): got "a tab, a control character or a line break of another kind"',
    );
    writeFileSync(join(folder, "broken", "model.yaml"), Buffer.from([0x61, 0x3a, 0x20, 0xff]));
    expect(failure(() => loadContract(folder, "broken"))).toContain(
      '(whole input): got "bytes that are no UTF-8", allowed: text in UTF-8',
    );
  });

  it("says of an empty file that it is none", () => {
    write("empty", "model.yaml", "");
    expect(failure(() => loadContract(folder, "empty"))).toMatch(
      /has 1 problem:\n {2}- \(whole input\): got "expected one document, got 0", allowed: YAML$/,
    );
  });
});
