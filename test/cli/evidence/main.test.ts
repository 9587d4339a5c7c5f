import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fixtureProject, modelsFolder } from "../../harness/fixtures";
import { modelNames } from "../../../services/contract/files";
import { testKey } from "../../support/signing";
import { causeway } from "../../support/verb";

let folder = "";
let said: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "causeway-evidence-"));
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const run = async (verb: "export" | "verify", ...args: string[]) => {
  const { code, out, err } = await causeway(`evidence ${verb}`, args);
  said = `${out}${err}`.trimEnd().split("\n");
  return code;
};

describe("causeway evidence", () => {
  it("exports the evidence of a model, signed, and verifies it by the public key", async () => {
    const { privateKey, publicKey, signer } = testKey();
    const [key, trusted, out] = ["key.pem", "public.pem", "evidence.tar.gz"].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    writeFileSync(key, privateKey);
    writeFileSync(trusted, publicKey);
    expect(
      await run(
        ...(["export", "loan-approval", "--project", fixtureProject] as const),
        ...["--stack", "local", "--key", key, "--out", out],
      ),
    ).toBe(0);
    expect(said[0]).toMatch(
      /^stack local: \d+ resources, \d+ rules, \d+ mandatory and \d+ advisory violations$/,
    );
    expect(said[1]).toMatch(
      /evidence\.tar\.gz: \d+ files, \d+ KiB, sha256:[0-9a-f]{64}, signed with sha256:[0-9a-f]{64}$/,
    );
    expect(said[1]).toContain(signer.keyid);
    expect(await run("verify", out, "--trusted-key", trusted)).toBe(0);
    expect(said[0]).toMatch(/evidence\.tar\.gz: \d+ files hold; signed by a trusted key$/);
    expect(said).toContain("  finding: nobody approved the release");

    const bytes = readFileSync(out);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(out, bytes);
    expect(await run("verify", out)).toBe(1);
    expect(said[0]).toBe(`${out} does not verify:`);
  });

  it("exports nothing over a ledger that does not hold", async () => {
    const ledger = join(folder, "ledger.jsonl");
    copyFileSync(join(modelsFolder, "ledger.jsonl"), ledger);
    writeFileSync(ledger, readFileSync(ledger, "utf8").replace("maintainers", "somebody"));
    expect(
      await run("export", "loan-approval", "--project", fixtureProject, "--ledger", ledger),
    ).toBe(1);
    expect(said).toEqual([
      expect.stringContaining("does not verify"),
      expect.stringContaining("line 1 was changed: its hash is not that of its content"),
    ]);
  });

  it.each([
    ["export", [], "missing required argument 'model'"],
    [
      "export",
      ["loan", "--project", fixtureProject],
      `model: got loan, allowed: ${modelNames(modelsFolder).join(", ")}`,
    ],
    [
      "verify",
      ["nothing.tar.gz"],
      "nothing.tar.gz: got nothing, allowed: a file that npx causeway evidence export wrote",
    ],
  ] as const)("%s refuses %j", async (verb, args, message) => {
    expect(await run(verb, ...args)).toBe(2);
    expect(said.join("\n")).toContain(message);
  });

  it("gives a program what was verified as JSON", async () => {
    const file = join(folder, "archive.tar.gz");
    writeFileSync(file, "no archive");
    const { code, out } = await causeway("evidence verify", [file, "--json"]);
    expect([code, JSON.parse(out)]).toEqual([
      1,
      {
        archive: file,
        checkpoint: "none",
        files: 0,
        signature: "none",
        mismatches: [{ file: "the archive", message: expect.any(String) }],
      },
    ]);
  });
});
