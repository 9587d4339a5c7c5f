import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspectionProblems, inspectRelease } from "../../../services/evidence/inspection";
import {
  ensureEnvironment,
  findPython,
  type Environment,
} from "../../../services/training/environment";
import { attest } from "../../../cli/release/attestation";
import { testKey } from "../../support/signing";
import { modelFolder } from "../../harness/fixtures";

const python = findPython();
if (python === undefined)
  console.log(
    "signatures of the training steps: not tested, since Python 3.10 to 3.13 with its venv module is not on PATH",
  );

(python === undefined ? describe.skip : describe).each(["ed25519", "p256"] as const)(
  "a release that the training steps signed with %s",
  (kind) => {
    let folder: string;
    let environment: Environment;
    const [ours, other] = [testKey(kind), testKey(kind)];
    beforeAll(async () => {
      environment = await ensureEnvironment({ tests: true, report: (line) => console.log(line) });
      folder = mkdtempSync(join(tmpdir(), "causeway-signing-"));
      cpSync(join(modelFolder, "release"), join(folder, "release"), { recursive: true });
      writeFileSync(file("ours.pem"), ours.privateKey);
      writeFileSync(file("ours-public.pem"), ours.publicKey);
      step("sign", "--to", file("release"), "--signing-key", file("ours.pem"));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const file = (...names: string[]) => join(folder, ...names);
    function step(...args: string[]): void {
      run(["-m", "causeway_training", ...args]);
    }
    function run(args: string[]): void {
      const { status, stderr } = spawnSync(environment.python, args, {
        env: { ...process.env, ...environment.variables },
        encoding: "utf8",
      });
      if (status !== 0) throw new Error(stderr);
    }

    it("is whole, and trusted with the key that signed it alone", () => {
      const inspection = inspectRelease(file("release"), [ours.publicKey]);
      expect(inspectionProblems(inspection)).toEqual([]);
      expect(inspection.signature).toEqual({ state: "trusted", keyid: ours.signer.keyid });
      expect(inspectRelease(file("release"), [other.publicKey]).signature).toEqual({
        state: "untrusted",
        keyids: [ours.signer.keyid],
      });
      expect(inspectRelease(file("release"), []).signature).toEqual({ state: "unchecked" });
    });

    it("is refused when its manifest has changed since", () => {
      const manifest = readFileSync(file("release", "manifest.json"), "utf8");
      writeFileSync(file("release", "manifest.json"), `${manifest}\n`);
      expect(
        inspectionProblems(inspectRelease(file("release"), [ours.publicKey])).map(({ key }) => key),
      ).toEqual(["digest of manifest.json"]);
      writeFileSync(file("release", "manifest.json"), manifest);
    });

    it("can be attested here and verified there", () => {
      attest(file("release"), [ours.signer]);
      const check =
        "import sys, pathlib; from causeway_training.signing import read_attestation, verify; from causeway_training.steps.release import check_attestation; f = pathlib.Path(sys.argv[1]); check_attestation(f); verify(read_attestation(f)[0], pathlib.Path(sys.argv[2]))";
      expect(() => run(["-c", check, file("release"), file("ours-public.pem")])).not.toThrow();
    });
  },
);
