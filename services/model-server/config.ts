import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { pemBlocks, publicKeyIn } from "../evidence/attestation";
import { InputError, type Problem } from "../contract/problems";
import { keysFrom, minimumKeyBytes } from "./identity/keys";
import type { Execution } from "./inference/execution";
import type { ReleaseFiles } from "./release/load";

/** What the process is told by its environment; every variable starts with `CAUSEWAY_`. */
export interface ServerConfig {
  /** `CAUSEWAY_MODEL_FOLDER` (default /app/model) unless the single files are named. */
  readonly files: ReleaseFiles;
  /** `CAUSEWAY_HTTP_PORT`, `CAUSEWAY_METRICS_PORT`; 0 takes any free one. */
  readonly ports: {
    readonly http: number;
    readonly metrics: number;
    /** `CAUSEWAY_GRPC_PORT`. @default nothing listens for gRPC */
    readonly grpc: number | undefined;
  };
  /** `CAUSEWAY_HOST`. @default every interface */
  readonly host: string;
  /** `CAUSEWAY_DRAIN_SECONDS`: how long requests in flight get after SIGTERM. */
  readonly drainSeconds: number;
  readonly environment: string;
  readonly region: string;
  /** Secret that all replicas share, from the file `CAUSEWAY_KEY_FILE`; required in prod. */
  readonly secret: Buffer | undefined;
  /** `CAUSEWAY_EXECUTION`: auto (by measurement), inline or workers. */
  readonly execution: Execution | "auto";
  /** `CAUSEWAY_WORKERS`. @default one per core */
  readonly workers: number;
  /** `CAUSEWAY_INFERENCE_TIMEOUT_MS`: when a run counts as hung. */
  readonly inferenceTimeoutMilliseconds: number;
}

type Variables = Readonly<Record<string, string | undefined>>;

const prefix = "CAUSEWAY_";
const known = [
  "MODEL_FOLDER",
  "CONTRACT_FILE",
  "RELEASE_FILE",
  "RELEASE_FOLDER",
  "ATTESTATION_FILE",
  "TRUSTED_KEYS_FILE",
  "HTTP_PORT",
  "METRICS_PORT",
  "GRPC_PORT",
  "HOST",
  "DRAIN_SECONDS",
  "ENVIRONMENT",
  "REGION",
  "KEY_FILE",
  "EXECUTION",
  "WORKERS",
  "INFERENCE_TIMEOUT_MS",
];
/** Of other programs of this project that may run beside the server on a laptop. */
const ignored = ["CACHE"];

/** Takes values out of variables and remembers every problem. */
class VariableReader {
  readonly problems: Problem[];

  constructor(private readonly variables: Variables) {
    // A variable that nobody reads is a problem, since it is a misspelt one.
    this.problems = Object.keys(variables)
      .filter(
        (name) =>
          name.startsWith(prefix) && ![...known, ...ignored].includes(name.slice(prefix.length)),
      )
      .map((name) => ({
        key: name,
        got: variables[name],
        allowed: `one of ${known.map((one) => prefix + one).join(", ")}`,
      }));
  }

  report(name: string, got: string | undefined, allowed: string): void {
    this.problems.push({ key: prefix + name, got, allowed });
  }

  given(name: string): string | undefined {
    return this.variables[prefix + name] || undefined;
  }

  text(name: string, otherwise: string): string {
    return this.given(name) ?? otherwise;
  }

  whole(name: string, otherwise: number, low: number, high: number): number {
    const value = Number(this.text(name, String(otherwise)));
    if (!Number.isInteger(value) || value < low || value > high)
      this.report(name, this.given(name), `a whole number from ${low} to ${high}`);
    return value;
  }

  file(name: string): Buffer | undefined {
    const path = this.given(name);
    if (path === undefined) return undefined;
    try {
      return readFileSync(path);
    } catch {
      this.report(name, path, "a file that can be read");
      return undefined;
    }
  }
}

/** Reads the configuration. Throws InputError with every problem. */
export function readConfig(variables: Variables): ServerConfig {
  const reader = new VariableReader(variables);
  const environment = reader.text("ENVIRONMENT", "local");
  const execution = executionOf(reader);
  const secret = secretOf(reader, environment);
  const folder = reader.text("MODEL_FOLDER", "/app/model");
  const config: ServerConfig = {
    files: {
      contract: reader.text("CONTRACT_FILE", join(folder, "model.yaml")),
      manifest: reader.text("RELEASE_FILE", join(folder, "release", "manifest.json")),
      folder: reader.text("RELEASE_FOLDER", join(folder, "release")),
      trustedKeys: trustedKeys(reader, environment),
      published: reader.given("ATTESTATION_FILE"),
    },
    ports: {
      http: reader.whole("HTTP_PORT", 8_080, 0, 65_535),
      metrics: reader.whole("METRICS_PORT", 9_090, 0, 65_535),
      grpc:
        reader.given("GRPC_PORT") === undefined
          ? undefined
          : reader.whole("GRPC_PORT", 0, 0, 65_535),
    },
    host: reader.text("HOST", "0.0.0.0"),
    drainSeconds: reader.whole("DRAIN_SECONDS", 30, 1, 600),
    environment,
    region: reader.text("REGION", "local"),
    secret,
    execution,
    workers: reader.whole("WORKERS", availableParallelism(), 1, 64),
    inferenceTimeoutMilliseconds: reader.whole("INFERENCE_TIMEOUT_MS", 1_000, 10, 600_000),
  };
  if (reader.problems.length > 0) throw new InputError("the environment", reader.problems);
  return config;
}

function executionOf(reader: VariableReader): Execution | "auto" {
  const executions = ["auto", "inline", "workers"] as const;
  const execution = executions.find((one) => one === reader.text("EXECUTION", "auto"));
  if (execution === undefined)
    reader.report("EXECUTION", reader.given("EXECUTION"), executions.join(", "));
  return execution ?? "auto";
}

function secretOf(reader: VariableReader, environment: string): Buffer | undefined {
  const secret = reader.file("KEY_FILE");
  if (environment === "prod" && reader.given("KEY_FILE") === undefined)
    reader.report(
      "KEY_FILE",
      undefined,
      "a file with the secret that all replicas share: without it feedback and pseudonyms do not outlive a pod",
    );
  // The value of a secret is never shown, not even a bad one.
  if (secret && secret.length < minimumKeyBytes)
    reader.report("KEY_FILE", `${secret.length} bytes`, `at least ${minimumKeyBytes} bytes`);
  else if (secret) reportRing(reader, secret);
  return secret;
}

/** Each line of the file of keys that is no key, by its number. */
function reportRing(reader: VariableReader, ring: Buffer): void {
  try {
    // The rules are the same for every model.
    keysFrom(ring, "");
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    for (const { key, got, allowed } of error.problems)
      reader.report("KEY_FILE", `${reader.given("KEY_FILE")}, ${key}: ${got}`, allowed);
  }
}

/**
 * Public keys that releases must be signed with. A text without any is refused, and so is none at
 * all in prod.
 */
function trustedKeys(reader: VariableReader, environment: string): readonly string[] | undefined {
  const name = "TRUSTED_KEYS_FILE";
  const text = reader.file(name)?.toString("utf8");
  if (text === undefined) {
    const reported = reader.problems.some(({ key }) => key === prefix + name);
    if (environment === "prod" && !reported)
      reader.report(
        name,
        undefined,
        "a file with the public keys that releases are signed with: prod serves no other",
      );
    return undefined;
  }
  const blocks = pemBlocks(text);
  if (blocks.length === 0 || blocks.some((block) => publicKeyIn(block) === undefined))
    // Whoever takes the wrong file may take that of a private key: its content is never shown.
    reader.report(
      name,
      reader.given(name),
      "a file with one or more public keys in PEM, ed25519 or ECDSA on P-256",
    );
  return blocks;
}
