import { spawn, type ChildProcess } from "node:child_process";
import { createPublicKey } from "node:crypto";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { modelsFolder } from "../../harness/fixtures";
import { preAuthentication } from "../../../services/evidence/attestation";
import { inspectRelease, attestationIn } from "../../../services/evidence/inspection";
import { attest } from "../../../cli/release/attestation";
import { signerAt } from "../../../cli/release/signers";
import { digestOf } from "../../../services/contract/digests";

const root = join(__dirname, "..", "..", "..");
const alias = "awskms:///alias/example-signing";
const before = { ...process.env };
let kms: ChildProcess | undefined;
let address = "";

/**
 * Starts the stand-in in a process of its own, since whoever signs waits for the answer; the
 * environment names it as AWS's tools have it.
 */
async function start(...args: string[]): Promise<void> {
  kms = spawn(process.execPath, ["--import", "tsx", join(__dirname, "fake-kms.ts"), ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  address = await new Promise<string>((resolve, reject) => {
    kms?.stdout?.once("data", (data) => resolve(String(data).trim()));
    kms?.once("error", reject);
  });
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: address,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  });
  delete process.env["AWS_SESSION_TOKEN"];
}

afterEach(() => {
  kms?.kill();
  process.env = { ...before };
});

/**
 * A real KMS signs a digest; node signs messages alone, so the stand-in is told which message a
 * digest is of.
 */
const tell = (message: Buffer) => fetch(`${address}/messages`, { method: "POST", body: message });

test("a release is signed by a key in KMS, which sees a digest and gives its public key, and all verifiers take it", async () => {
  await start();
  const folder = mkdtempSync(join(tmpdir(), "causeway-kms-"));
  try {
    cpSync(join(modelsFolder, "loan-approval", "release"), folder, { recursive: true });
    // What will be signed does not depend on who signs it.
    attest(folder, []);
    const unsigned = attestationIn(join(folder, "attestation.json"));
    if (typeof unsigned === "string") throw new Error(unsigned);
    await tell(preAuthentication(Buffer.from(unsigned.envelope.payload, "base64")));
    const signer = signerAt(alias);
    attest(folder, [signer]);
    const pem = await (await fetch(`${address}/public-key`)).text();
    const der = createPublicKey(pem).export({ type: "spki", format: "der" });
    expect(signer.keyid).toBe(digestOf(der));
    expect(inspectRelease(folder, [pem]).signature).toEqual({
      state: "trusted",
      keyid: signer.keyid,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a signature that the key did not make is refused before it goes into a release", async () => {
  await start("p256", "another-key");
  const message = Buffer.from("a release");
  await tell(message);
  expect(() => signerAt(alias).sign(message)).toThrow(
    "KMS answered with a signature that the public key of alias/example-signing does not verify",
  );
});

test.each([
  [
    "a key of another kind",
    ["rsa"],
    'got "a key of kind rsa for SIGN_VERIFY", allowed: ECC_NIST_P256 for SIGN_VERIFY',
  ],
  ["a key that encrypts", ["p256", "encrypts"], "for ENCRYPT_DECRYPT"],
])("%s signs no release", async (_title, args, message) => {
  await start(...args);
  expect(() => signerAt(alias)).toThrow(message);
});

test("what KMS refuses is said in its own words: no such key, no right, a signature of somebody else", async () => {
  await start("p256", "denied");
  expect(() => signerAt("awskms:///alias/other")).toThrow(
    "KMS, asked for alias/other: NotFoundException: Alias arn:aws:kms:eu-west-1:444455556666:alias/other is not found.",
  );
  expect(() => signerAt(alias).sign(Buffer.from("x"))).toThrow(
    "KMS, asked for alias/example-signing: AccessDeniedException: User: arn:aws:sts::444455556666:assumed-role/auditor/x is not authorized to perform: kms:Sign",
  );
  process.env["AWS_ACCESS_KEY_ID"] = "another";
  expect(() => signerAt(alias)).toThrow("InvalidSignatureException");
});

test("the region is that of a key's ARN, else that of the environment", async () => {
  await start();
  process.env["AWS_REGION"] = "us-east-1";
  expect(() => signerAt(alias)).toThrow("InvalidSignatureException");
  expect(() => signerAt("awskms:///arn:aws:kms:eu-west-1:444455556666:key/1")).toThrow(
    "NotFoundException",
  );
});
