import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { pemBlocks, publicKeyIn } from "../evidence/attestation";
import { InputError, type Problem } from "../contract/problems";
import { minimumKeyBytes } from "./identity/keys";
import type { Execution } from "./inference/execution";
import type { ReleaseFiles } from "./release/load";

/** What the process is told by its environment; every variable starts with `CAUSEWAY_`. */
export interface Settings {
  /** `CAUSEWAY_MODEL_FOLDER` (default /app/model) unless the single files are named. */
  readonly files: ReleaseFiles;
  /** `CAUSEWAY_HTTP_PORT`, `CAUSEWAY_METRICS_PORT`; 0 takes any free one. */
  readonly ports: { readonly http: number; readonly metrics: number };
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

/**
 * Reads the settings. Throws InputError with every problem; a variable that nobody reads is one,
 * since it is a misspelt one.
 */
export function readSettings(variables: Variables): Settings {
  const problems: Problem[] = Object.keys(variables)
    .filter(
      (name) =>
        name.startsWith(prefix) && ![...known, ...ignored].includes(name.slice(prefix.length)),
    )
    .map((name) => ({
      key: name,
      got: variables[name],
      allowed: `one of ${known.map((one) => prefix + one).join(", ")}`,
    }));
  const text = (name: string, otherwise: string) => variables[prefix + name] || otherwise;
  const whole = (name: string, otherwise: number, low: number, high: number) => {
    const value = Number(text(name, String(otherwise)));
    if (!Number.isInteger(value) || value < low || value > high)
      problems.push({
        key: prefix + name,
        got: variables[prefix + name],
        allowed: `a whole number from ${low} to ${high}`,
      });
    return value;
  };
  const file = (name: string) => {
    const path = variables[prefix + name];
    if (!path) return undefined;
    try {
      return readFileSync(path);
    } catch {
      problems.push({ key: prefix + name, got: path, allowed: "a file that can be read" });
      return undefined;
    }
  };
  const environment = text("ENVIRONMENT", "local");
  const executions = ["auto", "inline", "workers"] as const;
  const execution = executions.find((one) => one === text("EXECUTION", "auto"));
  if (execution === undefined)
    problems.push({
      key: `${prefix}EXECUTION`,
      got: variables[`${prefix}EXECUTION`],
      allowed: executions.join(", "),
    });
  const secret = file("KEY_FILE");
  if (environment === "prod" && !variables[`${prefix}KEY_FILE`])
    problems.push({
      key: `${prefix}KEY_FILE`,
      got: undefined,
      allowed:
        "a file with the secret that all replicas share: without it feedback and pseudonyms do not outlive a pod",
    });
  // The value of a secret is never shown, not even a bad one.
  if (secret && secret.length < minimumKeyBytes)
    problems.push({
      key: `${prefix}KEY_FILE`,
      got: `${secret.length} bytes`,
      allowed: `at least ${minimumKeyBytes} bytes`,
    });
  const folder = text("MODEL_FOLDER", "/app/model");
  const settings: Settings = {
    files: {
      contract: text("CONTRACT_FILE", join(folder, "model.yaml")),
      manifest: text("RELEASE_FILE", join(folder, "release", "manifest.json")),
      folder: text("RELEASE_FOLDER", join(folder, "release")),
      trustedKeys: trustedKeys(file("TRUSTED_KEYS_FILE")?.toString("utf8"), environment, problems),
      published: variables[`${prefix}ATTESTATION_FILE`] || undefined,
    },
    ports: {
      http: whole("HTTP_PORT", 8_080, 0, 65_535),
      metrics: whole("METRICS_PORT", 9_090, 0, 65_535),
    },
    host: text("HOST", "0.0.0.0"),
    drainSeconds: whole("DRAIN_SECONDS", 30, 1, 600),
    environment,
    region: text("REGION", "local"),
    secret,
    execution: execution ?? "auto",
    workers: whole("WORKERS", availableParallelism(), 1, 64),
    inferenceTimeoutMilliseconds: whole("INFERENCE_TIMEOUT_MS", 1_000, 10, 600_000),
  };
  if (problems.length > 0) throw new InputError("the environment", problems);
  return settings;
}

/**
 * Public keys that releases must be signed with. A text without any is refused, and so is none at
 * all in prod.
 */
function trustedKeys(
  text: string | undefined,
  environment: string,
  problems: Problem[],
): readonly string[] | undefined {
  const key = `${prefix}TRUSTED_KEYS_FILE`;
  if (text === undefined) {
    if (environment === "prod" && problems.every((problem) => problem.key !== key))
      problems.push({
        key,
        got: undefined,
        allowed: "a file with the public keys that releases are signed with: prod serves no other",
      });
    return undefined;
  }
  const blocks = pemBlocks(text);
  if (blocks.length === 0 || blocks.some((block) => publicKeyIn(block) === undefined))
    problems.push({
      key,
      got: text,
      allowed: "one or more public keys in PEM, ed25519 or ECDSA on P-256",
    });
  return blocks;
}
