import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../../../services/model-server/config";
import { testKey } from "../../support/signing";

let folder = "";
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "causeway-key-"))));
afterAll(() => rmSync(folder, { recursive: true }));

describe("settings", () => {
  test("have a default for everything on a laptop", () => {
    const { workers, ...settings } = readConfig({});
    expect(workers).toBeGreaterThanOrEqual(1);
    expect(settings).toEqual({
      files: {
        contract: "/app/model/model.yaml",
        manifest: "/app/model/release/manifest.json",
        folder: "/app/model/release",
        trustedKeys: undefined,
        published: undefined,
      },
      ports: { http: 8080, metrics: 9090, grpc: undefined },
      host: "0.0.0.0",
      drainSeconds: 30,
      environment: "local",
      region: "local",
      secret: undefined,
      execution: "auto",
      inferenceTimeoutMilliseconds: 1000,
    });
  });

  test("take what the pod template sets", () => {
    const settings = readConfig({
      CAUSEWAY_CONTRACT_FILE: "/etc/causeway/contract.json",
      CAUSEWAY_RELEASE_FILE: "/etc/causeway/release.json",
      CAUSEWAY_HTTP_PORT: "8080",
      CAUSEWAY_METRICS_PORT: "9090",
      CAUSEWAY_DRAIN_SECONDS: "30",
      CAUSEWAY_ENVIRONMENT: "dev",
      CAUSEWAY_REGION: "eu-west-1",
    });
    expect(settings.files).toMatchObject({
      contract: "/etc/causeway/contract.json",
      manifest: "/etc/causeway/release.json",
      folder: "/app/model/release",
    });
    expect([settings.environment, settings.region]).toEqual(["dev", "eu-west-1"]);
  });

  test("are refused with every problem at once, and without the secret", () => {
    const key = join(folder, "key");
    writeFileSync(key, "hunter2");
    expect(() =>
      readConfig({
        CAUSEWAY_HTTP_PORT: "http",
        CAUSEWAY_EXECUTION: "gpu",
        CAUSEWAY_PORT: "1",
        CAUSEWAY_KEY_FILE: key,
      }),
    ).toThrow(
      [
        "the environment has 4 problems:",
        '  - CAUSEWAY_PORT: got "1", allowed: one of CAUSEWAY_MODEL_FOLDER, CAUSEWAY_CONTRACT_FILE, CAUSEWAY_RELEASE_FILE, CAUSEWAY_RELEASE_FOLDER, CAUSEWAY_ATTESTATION_FILE, CAUSEWAY_TRUSTED_KEYS_FILE, CAUSEWAY_HTTP_PORT, CAUSEWAY_METRICS_PORT, CAUSEWAY_GRPC_PORT, CAUSEWAY_HOST, CAUSEWAY_DRAIN_SECONDS, CAUSEWAY_ENVIRONMENT, CAUSEWAY_REGION, CAUSEWAY_KEY_FILE, CAUSEWAY_EXECUTION, CAUSEWAY_WORKERS, CAUSEWAY_INFERENCE_TIMEOUT_MS',
        '  - CAUSEWAY_EXECUTION: got "gpu", allowed: auto, inline, workers',
        '  - CAUSEWAY_KEY_FILE: got "7 bytes", allowed: at least 32 bytes',
        '  - CAUSEWAY_HTTP_PORT: got "http", allowed: a whole number from 0 to 65535',
      ].join("\n"),
    );
  });

  test("take public keys, refuse a text without one, and ask for them in prod", () => {
    const [ours, other] = [testKey(), testKey("p256")];
    const file = join(folder, "keys.pem");
    writeFileSync(file, `${ours.publicKey}\n${other.publicKey}`);
    expect(readConfig({ CAUSEWAY_TRUSTED_KEYS_FILE: file }).files.trustedKeys).toEqual([
      ours.publicKey.trim(),
      other.publicKey.trim(),
    ]);
    // A file of a private key or of the secret is taken by mistake: its content is never shown.
    const { privateKey } = generateKeyPairSync("ed25519");
    const secret = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const wrong = ["", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", secret];
    for (const text of [...wrong, `k1 ${"7".repeat(32)}`]) {
      writeFileSync(file, text);
      expect(() => readConfig({ CAUSEWAY_TRUSTED_KEYS_FILE: file })).toThrow(
        `the environment has 1 problem:\n  - CAUSEWAY_TRUSTED_KEYS_FILE: got "${file}", allowed: a file with one or more public keys in PEM, ed25519 or ECDSA on P-256`,
      );
    }
    expect(() => readConfig({ CAUSEWAY_ENVIRONMENT: "prod" })).toThrow(
      "CAUSEWAY_TRUSTED_KEYS_FILE: got nothing, allowed: a file with the public keys that releases are signed with",
    );
  });

  test("ask for the shared secret in prod", () => {
    expect(() => readConfig({ CAUSEWAY_ENVIRONMENT: "prod" })).toThrow(
      "CAUSEWAY_KEY_FILE: got nothing, allowed: a file with the secret that all replicas share",
    );
  });
});
