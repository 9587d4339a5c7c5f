import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signatureProblems } from "../../../services/model-server/release/signature";
import { ensureEnvironment, findPython, trainingFolder, type Environment } from "../../../services/training/environment";

const python = findPython();
if (python === undefined) console.log("signatures of the training steps: not tested, since Python 3.10 to 3.13 with its venv module is not on PATH");

(python === undefined ? describe.skip : describe)("a release that the training steps signed", () => {
  let folder: string;
  let environment: Environment;
  beforeAll(async () => {
    environment = await ensureEnvironment({ tests: true, report: (line) => console.log(line) });
    folder = mkdtempSync(join(tmpdir(), "causeway-signing-"));
    cpSync(join(trainingFolder, "..", "models", "loan-approval", "release"), join(folder, "release"), { recursive: true });
    const pairs = ["ours", "other"].map((name) => ["keygen", "--private", file(`${name}.pem`), "--public", file(`${name}-public.pem`)]);
    for (const args of [...pairs, ["sign", "--to", file("release"), "--signing-key", file("ours.pem")]]) step(args);
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const file = (...names: string[]) => join(folder, ...names);
  const text = (...names: string[]) => readFileSync(file(...names), "utf8");
  function step(args: string[]): void {
    const { status, stderr } = spawnSync(environment.python, ["-m", "causeway_training", ...args], { env: { ...process.env, ...environment.variables }, encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
  }

  it("is taken by the model server with the key that signed it", () => {
    expect(signatureProblems(readFileSync(file("release", "manifest.json")), JSON.parse(text("release", "signature.json")), text("ours-public.pem"))).toEqual([]);
  });

  it("is refused with another key, and when a byte of its manifest has changed", () => {
    const signature = JSON.parse(text("release", "signature.json"));
    const manifest = readFileSync(file("release", "manifest.json"));
    expect(signatureProblems(manifest, signature, text("other-public.pem")).map(({ key }) => key)).toEqual(["signature.json: keyId"]);
    expect(signatureProblems(Buffer.concat([manifest, Buffer.from(" ")]), signature, text("ours-public.pem")).map(({ key }) => key)).toEqual(["signature.json: signature"]);
  });
});
