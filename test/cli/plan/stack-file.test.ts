import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectName, readStackFile, stackNames } from "../../../cli/plan/stack-file";
import { fixtureProject } from "../../harness/fixtures";

describe("a stack file", () => {
  let folder: string;
  const write = (name: string, text: string): string => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "stack-file-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("hands objects, lists, numbers and booleans over as JSON, and text as it is", () => {
    const file = write(
      "Pulumi.dev.yaml",
      'config:\n  a:text: plain\n  a:number: 7\n  a:yes: true\n  a:list: [{ b: 1 }]\n  a:version: "1.30"\n',
    );
    expect(readStackFile(file)).toEqual({
      values: {
        "a:text": "plain",
        "a:number": "7",
        "a:yes": "true",
        "a:list": '[{"b":1}]',
        "a:version": "1.30",
      },
      secrets: new Set(),
    });
  });

  it("replaces encrypted values and names their keys, also inside an object", () => {
    const file = write(
      "Pulumi.dev.yaml",
      "config:\n  a:token: { secure: v1:abc }\n  a:deep: { plain: x, list: [{ secure: v1:def }] }\n",
    );
    const { values, secrets } = readStackFile(file);
    expect([...secrets]).toEqual(["a:token", "a:deep"]);
    expect(JSON.stringify(values)).not.toContain("v1:");
    expect(JSON.parse(values["a:deep"]!)).toMatchObject({ plain: "x" });
  });

  it("takes values that the project sets for every stack, and lets the stack override them", () => {
    write(
      "Pulumi.yaml",
      "name: app\nconfig:\n  size: { description: no value }\n  colour: { default: red }\n  other:key: { value: 3 }\n  shape: { default: round }\n",
    );
    const file = write("Pulumi.dev.yaml", "config:\n  app:colour: blue\n  length: 4\n");
    expect(readStackFile(file).values).toEqual({
      "app:colour": "blue",
      "app:shape": "round",
      "other:key": "3",
      "app:length": "4",
    });
  });

  it.each([
    ["config: [1]", "config: got [1], allowed: a mapping from keys to values"],
    ["- a", '(whole input): got ["a"], allowed: a mapping'],
    ["a: [", "allowed: YAML"],
    ["confg: { a: 1 }", "allowed: config, environment, secretsprovider"],
  ])("is refused when it reads %j", (text, message) => {
    expect(() => readStackFile(write("Pulumi.dev.yaml", text))).toThrow(message);
  });

  it("is refused when it is not there, with the path", () => {
    expect(() => readStackFile(join(folder, "Pulumi.none.yaml"))).toThrow(
      `${join(folder, "Pulumi.none.yaml")} has 1 problem:\n  - (whole input): got nothing, allowed: a file at this path`,
    );
  });

  it("names a stack, in the folder of the project", () => {
    expect(stackNames(fixtureProject)).toEqual(["dev", "local", "prod"]);
    expect(projectName(fixtureProject)).toBe("causeway");
  });
});
