import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FastifyInstance, InjectOptions } from "fastify";
import { buildApp } from "../../../../services/model-server/app";
import { defaultLimits, type Limits } from "../../../../services/model-server/http/limits";
import type { Lifecycle } from "../../../../services/model-server/http/watch";
import { keysFrom } from "../../../../services/model-server/identity/keys";
import { Batcher } from "../../../../services/model-server/inference/batcher";
import { probabilities } from "../../../../services/model-server/inference/scores";
import type { Scorer } from "../../../../services/model-server/inference/session";
import { ModelCounters } from "../../../../services/model-server/metrics/counters";
import { Limiter, type LimiterOptions } from "../../../../services/model-server/overload/limiter";
import { loadVerified, type LoadedRelease } from "../../../../services/model-server/release/load";
import { modelFolder } from "../../../harness/fixtures";

export const root = join(__dirname, "../../../..");
export const files = {
  contract: join(modelFolder, "model.yaml"),
  manifest: join(modelFolder, "release", "manifest.json"),
  folder: join(modelFolder, "release"),
};

/** The sample, loaded once for each test file. */
let sample: Promise<LoadedRelease> | undefined;
export function loadedSample(): Promise<LoadedRelease> {
  return (sample ??= loadVerified(files));
}

export interface TestServer {
  readonly app: FastifyInstance;
  readonly counters: ModelCounters;
  readonly lifecycle: Lifecycle;
  readonly limiter: Limiter;
  readonly loaded: LoadedRelease;
  /** Seconds since the epoch that the server believes in. */
  readonly time: { now: number };
  /** Log lines so far. */
  readonly logs: Record<string, unknown>[];
  /** Value of a series, by the start of its line without the common labels. */
  readonly counted: (name: string, labels?: Record<string, string>) => number;
}

export interface TestOptions {
  readonly limits?: Partial<Limits>;
  readonly scorer?: Scorer;
  readonly limiter?: Partial<LimiterOptions>;
  readonly lanes?: number;
  readonly version?: string;
  readonly loaded?: LoadedRelease;
}

/** A ring of one key. */
export const secret = Buffer.from(`k1 ${"7".repeat(32)}`);

/** A server with the real model of the sample that listens to nothing. */
export async function testServer(options: TestOptions = {}): Promise<TestServer> {
  const base = options.loaded ?? (await loadedSample());
  const loaded = {
    ...base,
    release: { ...base.release, version: options.version ?? base.release.version },
  };
  const counters = new ModelCounters(loaded.contract, loaded.release, loaded.reference);
  const onRun = () => (counters.batches.value += 1);
  const batcher = new Batcher({
    scorer: options.scorer ?? loaded.model,
    width: loaded.contract.features.length,
    lanes: options.lanes ?? 1,
    maximumRows: 128,
    range: probabilities,
    onRun,
  });
  const limiter = new Limiter({
    targetMilliseconds: 1_000,
    minimum: 64,
    maximum: 64,
    minimumServingAll: 1,
    ...options.limiter,
  });
  const lifecycle = { ready: true, stopping: false };
  const time = { now: 1_800_000_000 };
  const logs: Record<string, unknown>[] = [];
  const sink = { write: (line: string) => logs.push(JSON.parse(line)) };
  const app = buildApp({
    loaded,
    batcher,
    counters,
    limiter,
    lifecycle,
    keys: keysFrom(secret, loaded.contract.name),
    limits: { ...defaultLimits, ...options.limits },
    logs: sink,
    clock: () => time.now,
  });
  await app.ready();
  return {
    app,
    counters,
    lifecycle,
    limiter,
    loaded,
    time,
    logs,
    counted: (name, labels = {}) => series(counters.registry.text(), name, labels),
  };
}

/** Value of the one series of this name that has these labels; NaN when there is none. */
export function series(text: string, name: string, labels: Record<string, string>): number {
  const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  const found = text
    .split("\n")
    .filter(
      (line) =>
        line.startsWith(`${name}{`) &&
        wanted.every((label) =>
          new RegExp(`[{,]${label.replace(/[.+*?^$()[\]\\]/g, "\\$&")}[,}]`).test(line),
        ),
    );
  if (found.length > 1)
    throw new Error(`${found.length} series of ${name} with ${wanted.join(", ")}`);
  return found[0] === undefined ? NaN : Number(found[0].split(" ").at(-1));
}

/** A row that the contract allows, by name. */
export const goodFeatures: Readonly<Record<string, number>> = {
  loanamt: 128,
  loanprc: 0.8,
  obrat: 33,
  hrat: 25,
  atotinc: 4_500,
  cototinc: 0,
  netw: 90,
  unem: 3.2,
  mortg: 2,
  cons: 1,
  pubrec: 0,
  self: 0,
  gift: 0,
  cosign: 0,
  unver: 0,
  multi: 0,
};
/** The same without one feature. */
export function without(name: string): Record<string, number> {
  return Object.fromEntries(Object.entries(goodFeatures).filter(([key]) => key !== name));
}

export const goodRow = Object.values(goodFeatures);

/** A tensor request with `rows` rows. */
export function tensor(
  rows: readonly (readonly unknown[])[] = [goodRow],
  more: Record<string, unknown> = {},
) {
  return {
    inputs: [
      {
        name: "features",
        shape: [rows.length, goodRow.length],
        datatype: "FP32",
        data: rows.flat(),
      },
    ],
    ...more,
  };
}

export const paths = {
  infer: "/v2/models/loan-approval/infer",
  predict: "/v2/models/loan-approval/predict",
  explain: "/v2/models/loan-approval/explain",
  feedback: "/v2/feedback/loan-approval",
} as const;

/** A request that labels a prediction. */
export function labelOf(
  predictionId: string,
  payload: object,
  headers: Readonly<Record<string, string>> = {},
): InjectOptions {
  return {
    method: "POST",
    url: paths.feedback,
    headers: { ...headers, "x-causeway-prediction": predictionId },
    payload,
  };
}

export function jsonIn(file: string) {
  return JSON.parse(readFileSync(file, "utf8"));
}
