import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import type { Server as GrpcServer } from "@grpc/grpc-js";
import type { FastifyInstance } from "fastify";
import { buildApp, logBase, predictionDeps, type AppDeps } from "./app";
import type { ServerConfig } from "./config";
import { bind, grpcServer, shutdown } from "./grpc/server";
import { defaultLimits } from "./http/limits";
import { listenError, listening } from "./http/listen";
import type { LogSink } from "./http/log-stream";
import { requestIds } from "./http/request-ids";
import { RequestLog } from "./http/request-log";
import type { Lifecycle } from "./http/watch";
import { keysFrom, throwawayKeys } from "./identity/keys";
import { Batcher } from "./inference/batcher";
import { place, type Placement } from "./inference/execution";
import { workerEntry } from "./inference/pool";
import { probabilities } from "./inference/scores";
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
  readonly ports: {
    readonly http: number;
    readonly metrics: number;
    /** Only where the configuration asks for it. */
    readonly grpc?: number;
  };
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
  config: ServerConfig,
  logs: LogSink,
  startedSeconds: number,
): Promise<Running> {
  const loaded = await loadVerified(config.files);
  const counters = new ModelCounters(loaded.contract, loaded.release, loaded.reference);
  const placement = await placed(loaded, config, counters);
  const { environment, region } = config;
  counters.showBuild(loaded.release, { execution: placement.execution, environment, region });
  showProcess(counters.registry, startedSeconds);
  const batcher = batcherOf(loaded, placement, counters);
  const limiter = new Limiter(limiterOptions(loaded.contract, placement));
  const lifecycle: Lifecycle = { ready: false, stopping: false };
  const keys = keysOf(config, loaded);
  const deps = { loaded, batcher, counters, limiter, lifecycle, keys, limits: defaultLimits, logs };
  const appDeps = { ...deps, clock: () => Date.now() / 1_000 };
  const app = buildApp(appDeps);
  if (!config.secret)
    app.log.warn("no key file: pseudonyms and prediction ids end with this process");
  const metricsListener = metricsServer(counters.registry);
  const grpc = grpcOf(appDeps, app);
  const grpcPort = await listenOn(app, metricsListener, grpc, config).catch(
    async (error: unknown) => {
      await Promise.allSettled([app.close(), placement.close()]);
      throw error;
    },
  );
  lifecycle.ready = true;
  app.log.info({ ...measured(placement), approvals: loaded.approvals }, "ready");
  return {
    app,
    lifecycle,
    placement,
    ports: {
      http: portOf(app.server),
      metrics: portOf(metricsListener),
      ...(grpcPort !== undefined && { grpc: grpcPort }),
    },
    inFlight: () => limiter.inFlight,
    taken: () => limiter.entered,
    async close() {
      await Promise.all([app.close(), shutdown(grpc)]);
      metricsListener.close();
      metricsListener.closeAllConnections();
      await placement.close();
    },
  };
}

function keysOf({ secret }: ServerConfig, { contract: { name } }: LoadedRelease) {
  return secret ? keysFrom(secret, name) : throwawayKeys(name);
}

/** What was measured at the start, for the line that says that the server is ready. */
function measured({
  execution,
  inlineMilliseconds,
  workerMilliseconds,
  batchingPays,
}: Placement): object {
  return { execution, inlineMilliseconds, workerMilliseconds, batchingPays };
}

function placed(
  loaded: LoadedRelease,
  config: ServerConfig,
  counters: ModelCounters,
): Promise<Placement> {
  return place({
    model: loaded.model,
    sample: Float32Array.from(loaded.explainer.background[0] ?? []),
    anyRows: loaded.anyRows,
    choice: config.execution,
    pool: {
      data: { model: loaded.bytes, input: loaded.reference.input, output: loaded.reference.output },
      threads: config.workers,
      timeoutMilliseconds: config.inferenceTimeoutMilliseconds,
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
    range: probabilities,
    onRun: (rows) => {
      counters.batches.value += 1;
      counters.batchedRows.value += rows;
    },
  });
}

/** The same model over gRPC; it listens to nothing yet. */
function grpcOf(deps: AppDeps, app: FastifyInstance): GrpcServer {
  const { loaded, limiter, limits, lifecycle, logs } = deps;
  return grpcServer({
    loaded,
    prediction: predictionDeps(deps),
    limiter,
    limits,
    lifecycle,
    log: new RequestLog(logs, logBase(loaded)),
    requestId: requestIds(),
    onFailure: (facts) => app.log.error(facts, "request failed"),
  });
}

/** Gives the port for gRPC, undefined where the configuration names none. */
async function listenOn(
  app: FastifyInstance,
  metricsListener: Server,
  grpc: GrpcServer,
  { host, ports }: ServerConfig,
): Promise<number | undefined> {
  const address = (port: number, name: "HTTP" | "METRICS" | "GRPC") => ({
    host,
    port,
    variable: `CAUSEWAY_${name}_PORT`,
  });
  const http = address(ports.http, "HTTP");
  await app.listen(http).catch((error: unknown) => {
    throw listenError(error, http);
  });
  await listening(metricsListener, address(ports.metrics, "METRICS"));
  return ports.grpc === undefined ? undefined : bind(grpc, address(ports.grpc, "GRPC"));
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
