import fastify, {
  LogController,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import { feedbackPath } from "../contract/feedback";
import { metrics, operations, type Operation } from "../contract/metrics";
import { Explainer } from "./explain/explainer";
import { framesOf, problemOf, rawAnswer, sendProblem } from "./http/errors";
import { bodyBytesOf, type Limits } from "./http/limits";
import type { LogSink } from "./http/log-stream";
import { sheddingServer } from "./http/listener";
import { RequestLog } from "./http/request-log";
import { requestIds } from "./http/request-ids";
import { pendingBodies, takeIn, watch, type Lifecycle, type WatchDeps } from "./http/watch";
import type { Keys } from "./identity/keys";
import { PredictionIds } from "./identity/prediction-id";
import type { Batcher } from "./inference/batcher";
import type { ModelCounters } from "./metrics/counters";
import type { Limiter } from "./overload/limiter";
import type { LoadedRelease } from "./release/load";
import { bodyOf, mediaTypeOf } from "./http/body";
import { columnsOf, type Column } from "./requests/columns";
import { RequestProblem } from "./requests/problem";
import { tensorForm, type TensorForm } from "./requests/tensor";
import { explainHandler } from "./routes/explain";
import { feedbackHandler } from "./routes/feedback";
import { healthRoutes } from "./routes/health";
import { docsRoutes } from "./routes/openapi";
import { metadataRoutes } from "./routes/metadata";
import { inferHandler, predictHandler, type PredictionDeps } from "./routes/predictions";
import { answers } from "./routes/schemas";

/** All that the server is made of; whoever builds it owns their lives. */
export interface AppDeps {
  readonly loaded: LoadedRelease;
  readonly batcher: Batcher;
  readonly counters: ModelCounters;
  readonly limiter: Limiter;
  readonly lifecycle: Lifecycle;
  readonly keys: Keys;
  readonly limits: Limits;
  readonly logs: LogSink;
  /** Seconds since the epoch. */
  readonly clock: () => number;
}

/** The model server as a fastify app that listens to nothing. */
export function buildApp(deps: AppDeps): FastifyInstance {
  const { loaded, lifecycle, limiter, counters } = deps;
  const { name } = loaded.contract;
  const modelPaths = [
    `/v2/models/${name}`,
    `/v2/models/${name}/versions/${loaded.release.version}`,
  ];
  const app = create(deps, modelPaths);
  const routes = new Map<string, string[]>();
  app.addHook(
    "onRoute",
    ({ url, method }) => void routes.set(url, [...(routes.get(url) ?? []), ...[method].flat()]),
  );
  app.decorateRequest("trace", null);
  const pending = pendingBodies(deps.limits, counters);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ["application/json", "application/octet-stream"],
    { parseAs: "buffer" },
    (request: FastifyRequest, body: Buffer, done) => {
      try {
        takeIn(request, { counters, limiter, pending });
        done(null, bodyOf(request, body));
      } catch (error) {
        done(problemOf(error));
      }
    },
  );
  app.addHook("onRequest", mediaTypeOf);
  app.setErrorHandler((error, request, reply) => answerProblem(app, error, request, reply));
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, request, notFound(routes, modelPaths, request, reply)),
  );
  counters.registry.derived(metrics.inFlight, {}, () => limiter.inFlight);
  counters.registry.derived(metrics.inFlightLimit, {}, () => limiter.limit);
  counters.registry.derived(metrics.ready, {}, () => Number(lifecycle.ready));
  healthRoutes(app, lifecycle, name, modelPaths);
  metadataRoutes(app, loaded, modelPaths, lifecycle);
  docsRoutes(app, loaded, `/v2/models/${name}`);
  operationRoutes(app, { ...deps, pending }, modelPaths);
  return app;
}

function create(
  { limits, logs, loaded, counters, limiter }: AppDeps,
  modelPaths: readonly string[],
): FastifyInstance {
  const requestId = requestIds();
  const { name } = loaded.contract;
  const operationPaths = new Map(
    operations.flatMap((operation) =>
      pathsOf(operation, name, modelPaths).map((path) => [path, operation]),
    ),
  );
  return fastify({
    serverFactory: (handler) =>
      sheddingServer(handler, {
        limits,
        limiter,
        counters,
        requestId,
        operationOf: (path) => operationPaths.get(path),
      }),
    bodyLimit: limits.bodyBytes,
    forceCloseConnections: "idle",
    // A request that comes while the server stops is answered as any other.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    requestIdHeader: false,
    genReqId: requestId,
    logController: new LogController({ disableRequestLogging: true }),
    // One logger for all: a child per request would cost more than the line that it writes.
    childLoggerFactory: (logger) => logger,
    logger: {
      level: "info",
      stream: { write: (line) => logs.write(line) },
      base: logBase(loaded),
      formatters: { level: (label) => ({ level: label }) },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
    },
    clientErrorHandler(error, socket) {
      if (error.code === "ECONNRESET" || socket.destroyed) return;
      counters.malformed.value += 1;
      socket.end(rawAnswer(error.code));
    },
    frameworkErrors: (error, request, reply) => void sendProblem(reply, request, problemOf(error)),
  });
}

/** A label is for whichever version predicted, so it has one path for all. */
function pathsOf(operation: Operation, name: string, modelPaths: readonly string[]): string[] {
  return operation === "feedback"
    ? [feedbackPath(name)]
    : modelPaths.map((path) => `${path}/${operation}`);
}

/** Fields of every log line. */
export function logBase({ release }: LoadedRelease): Record<string, string> {
  return {
    model: release.model,
    version: release.version,
    modelDigest: release.digests.model,
    dataDigest: release.digests.data,
  };
}

/** What predictions are made with, over any protocol. */
export function predictionDeps({
  loaded,
  batcher,
  counters,
  keys,
  clock,
  limits,
}: AppDeps): PredictionDeps {
  const columns = columnsOf(loaded.contract);
  return {
    contract: loaded.contract,
    version: loaded.release.version,
    columns,
    form: formOf(loaded, columns, limits),
    batcher,
    counters,
    ids: new PredictionIds(keys),
    keys,
    clock,
  };
}

function operationRoutes(
  app: FastifyInstance,
  deps: AppDeps & Pick<WatchDeps, "pending">,
  modelPaths: readonly string[],
): void {
  const { loaded, batcher, counters, clock, limits } = deps;
  const { contract, explainer } = loaded;
  const log = new RequestLog(deps.logs, logBase(loaded));
  const prediction = predictionDeps(deps);
  const { ids } = prediction;
  const handlers = {
    infer: inferHandler(prediction),
    predict: predictHandler(prediction),
    explain: explainHandler({
      ...prediction,
      explainer: new Explainer(explainer, batcher),
      concurrent: limits.explanations,
    }),
    feedback: feedbackHandler({ contract, ids, counters, clock, remembered: limits.feedbackIds }),
  } satisfies Record<Operation, (request: FastifyRequest, reply: FastifyReply) => unknown>;
  const add = (
    operation: Operation,
    handler: (request: FastifyRequest, reply: FastifyReply) => unknown,
  ) => {
    const onRequest = watch(operation, { ...deps, log });
    const bodyLimit = bodyBytesOf(operation, contract, limits);
    for (const path of pathsOf(operation, contract.name, modelPaths))
      app.post(
        path,
        { onRequest, bodyLimit, schema: { response: { 200: answers[operation] } } },
        handler,
      );
  };
  add("infer", handlers.infer);
  add("predict", handlers.predict);
  add("explain", handlers.explain);
  add("feedback", handlers.feedback);
}

/** How requests with tensors of this model are read. */
function formOf(
  { contract, release, reference }: LoadedRelease,
  columns: readonly Column[],
  { rows }: Limits,
): TensorForm {
  return tensorForm({
    model: contract.name,
    version: release.version,
    input: reference.input,
    columns,
    maximumRows: rows,
  });
}

function answerProblem(
  app: FastifyInstance,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const problem = problemOf(error);
  if (request.trace) request.trace.problem = problem;
  if (problem.status >= 500 && problem !== error)
    app.log.error(
      {
        requestId: request.id,
        error: error instanceof Error ? error.name : typeof error,
        frames: framesOf(error),
      },
      "request failed",
    );
  void sendProblem(reply, request, problem);
}

function notFound(
  routes: ReadonlyMap<string, readonly string[]>,
  [modelPath = ""]: readonly string[],
  request: FastifyRequest,
  reply: FastifyReply,
): RequestProblem {
  const [path = ""] = request.url.split("?");
  const methods = routes.get(path);
  if (methods) {
    void reply.header("allow", methods.join(", "));
    return new RequestProblem("route.method", `this path takes ${methods.join(", ")}`);
  }
  if (path.startsWith(`${modelPath}/versions/`))
    return new RequestProblem("version.unknown", "this server has no such version of the model");
  if (path.startsWith("/v2/models/") && !path.startsWith(`${modelPath}/`))
    return new RequestProblem("model.unknown", "this server has no such model");
  return new RequestProblem("route.unknown", "there is nothing at this path");
}
