import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verb } from "../../../cli/privacy/lineage";
import { commandOf, runCommand } from "../../../cli/command";
import { Terminal } from "../../../cli/terminal";
import { findPython } from "../../../services/training/environment";
import { fixtureProject } from "../../harness/fixtures";
import { digest, model, rows, pseudonymsOfJane, writeStores } from "../../support/erased-stores";

const withPython = findPython() === undefined ? test.skip : test;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "causeway-lineage-"));
  writeStores(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function lineage(...more: readonly string[]) {
  const said = { out: "", error: "" };
  const terminal = new Terminal({
    out: (text) => (said.out += text),
    error: (text) => (said.error += text),
    input: () => "jane\n",
  });
  const argv = [
    "-",
    "--project",
    fixtureProject,
    "--model",
    model,
    "--at",
    join(folder, "data"),
    "--keys",
    join(folder, "ring"),
  ];
  const command = commandOf("causeway privacy lineage", "", verb, terminal);
  return { code: await runCommand(command, [...argv, ...more], terminal), ...said };
}

withPython("finds a subject under every name, changes nothing, and names it nowhere", async () => {
  const [now, before] = pseudonymsOfJane;
  const { code, out } = await lineage();
  expect(code).toBe(0);
  expect(out.split("\n")).toEqual(
    expect.arrayContaining([
      "datasets:",
      `  ${digest("1")}`,
      "models:",
      `  ${digest("2")}`,
      "3 of 5 files name the subject",
    ]),
  );
  expect(readFileSync(join(folder, rows), "utf8")).toContain(before);
  for (const name of ["jane", now, before]) expect(out).not.toContain(name);
});

withPython("gives what it found as JSON", async () => {
  const { code, out } = await lineage("--json");
  expect([code, JSON.parse(out)]).toEqual([
    0,
    expect.objectContaining({
      datasets: [digest("1")],
      search: expect.objectContaining({ files: 5, closed: [] }),
      logLines: null,
    }),
  ]);
});

withPython(
  "fails where a file cannot be looked into, and where an input cannot be used",
  async () => {
    expect(await lineage("--model", "nobody")).toMatchObject({
      code: 2,
      error: expect.stringContaining("no such file"),
    });
    writeFileSync(join(folder, "data", "frames.zst"), Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1]));
    expect(await lineage()).toMatchObject({
      code: 1,
      error: expect.stringContaining("not complete, these cannot be looked into:"),
    });
  },
);
