import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import type { FastifyInstance } from "fastify";
import { buildApp } from "./app";
import type { Settings } from "./config";
import { defaultLimits } from "./http/limits";
import type { LogSink } from "./http/log-stream";
import type { Lifecycle } from "./http/watch";
import { keysFrom, throwawayKeys } from "./identity/keys";
import { Batcher } from "./inference/batcher";
import { place, type Placement } from "./inference/execution";
import { workerEntry } from "./inference/pool";
import { ModelCounters } from "./metrics/counters";
import { showProcess } from "./metrics/process";
import { metricsServer } from "./metrics/server";
import { Limiter } from "./overload/limiter";
import { limiterOptions } from "./overload/options";
import { loadVerified, type LoadedRelease } from "./release/load";

/** Most rows that requests are put together to: larger batches only make the first in them wait. */
const batchRows = 128;

/** A running server. */
export interface Running {
  readonly app: FastifyInstance;
  readonly lifecycle: Lifecycle;
  readonly placement: Placement;
  readonly ports: { readonly http: number; readonly metrics: number };
  readonly inFlight: () => number;
  /** Requests that were taken in so far. */
  readonly taken: () => number;
  /** Stops listening, finishes what is in flight, frees the model. */
  close(): Promise<void>;
}

/**
 * Loads, verifies and measures the model, and listens. Rejects with InputError on a model that is
 * not what its manifest says.
 */
export async function start(
  settings: Settings,
  logs: LogSink,
  startedSeconds: number,
): Promise<Running> {
  const loaded = await loadVerified(settings.files);
  const counters = new ModelCounters(loaded.contract, loaded.release, loaded.reference);
  const placement = await placed(loaded, settings, counters);
  counters.showBuild(loaded.release, {
    execution: placement.execution,
    environment: settings.environment,
    region: settings.region,
  });
  showProcess(counters.registry, startedSeconds);
  const batcher = batcherOf(loaded, placement, counters);
  const limiter = new Limiter(limiterOptions(loaded.contract, placement));
  const lifecycle: Lifecycle = { ready: false, stopping: false };
  const { name } = loaded.contract;
  const keys = settings.secret ? keysFrom(settings.secret, name) : throwawayKeys(name);
  const app = buildApp({
    loaded,
    batcher,
    counters,
    limiter,
    lifecycle,
    keys,
    limits: defaultLimits,
    logs,
    clock: () => Date.now() / 1_000,
  });
  if (!settings.secret)
    app.log.warn("no key file: pseudonyms and prediction ids end with this process");
  const metricsListener = metricsServer(counters.registry);
  try {
    await app.listen({ port: settings.ports.http, host: settings.host });
    await listening(metricsListener, settings);
  } catch (error) {
    await Promise.allSettled([app.close(), placement.close()]);
    throw error;
  }
  lifecycle.ready = true;
  const { inlineMilliseconds, workerMilliseconds, execution, batchingPays } = placement;
  app.log.info(
    {
      execution,
      inlineMilliseconds,
      workerMilliseconds,
      batchingPays,
      approvals: loaded.approvals,
    },
    "ready",
  );
  return {
    app,
    lifecycle,
    placement,
    ports: { http: portOf(app.server), metrics: portOf(metricsListener) },
    inFlight: () => limiter.inFlight,
    taken: () => limiter.entered,
    async close() {
      await app.close();
      metricsListener.close();
      metricsListener.closeAllConnections();
      await placement.close();
    },
  };
}

function placed(
  loaded: LoadedRelease,
  settings: Settings,
  counters: ModelCounters,
): Promise<Placement> {
  return place({
    model: loaded.model,
    sample: Float32Array.from(loaded.explainer.background[0] ?? []),
    anyRows: loaded.anyRows,
    choice: settings.execution,
    pool: {
      data: { model: loaded.bytes, input: loaded.reference.input, output: loaded.reference.output },
      threads: settings.workers,
      timeoutMilliseconds: settings.inferenceTimeoutMilliseconds,
      entry: workerEntry(),
      onReplaced: (reason) => (counters.workersReplaced[reason].value += 1),
    },
  });
}

function batcherOf(loaded: LoadedRelease, placement: Placement, counters: ModelCounters): Batcher {
  return new Batcher({
    scorer: placement.scorer,
    width: loaded.contract.features.length,
    lanes: placement.lanes,
    maximumRows: placement.batchingPays ? batchRows : 1,
    onRun: (rows) => {
      counters.batches.value += 1;
      counters.batchedRows.value += rows;
    },
  });
}

function listening(server: Server, { ports, host }: Settings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(ports.metrics, host, () => resolve());
  });
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
