import {
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServerUnaryCall,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { InputError } from "../../contract/problems";
import { framesOf, problemOf } from "../http/errors";
import type { Limits } from "../http/limits";
import { portTaken, type Address } from "../http/listen";
import { overloaded } from "../http/listener";
import type { RequestLog } from "../http/request-log";
import type { requestIds } from "../http/request-ids";
import type { Lifecycle } from "../http/watch";
import type { Limiter } from "../overload/limiter";
import type { LoadedRelease } from "../release/load";
import { isObject } from "../requests/body";
import { readInference } from "../requests/inference";
import { RequestProblem } from "../requests/problem";
import { metadataOf } from "../routes/metadata";
import { predictions, type PredictionDeps } from "../routes/predictions";
import { inferenceIn, outputsOf } from "./convert";
import { inferenceService } from "./protocol";
import { statusFor } from "./status";

export interface GrpcDeps {
  readonly loaded: LoadedRelease;
  readonly prediction: PredictionDeps;
  readonly limiter: Limiter;
  readonly limits: Limits;
  readonly lifecycle: Lifecycle;
  readonly log: RequestLog;
  readonly requestId: ReturnType<typeof requestIds>;
  /** Told of a failure that is the server's own, without what a caller sent. */
  readonly onFailure: (facts: Readonly<Record<string, unknown>>) => void;
}

type Call = ServerUnaryCall<unknown, unknown>;
type Reply = sendUnaryData<unknown>;

/**
 * The Open Inference Protocol v2 over gRPC: the requests of `infer` in another form, with the same
 * checks, counters and limit. It listens to nothing yet.
 */
export function grpcServer(deps: GrpcDeps): Server {
  const server = new Server({
    "grpc.max_receive_message_length": deps.limits.bodyBytes,
    "grpc.max_metadata_size": deps.limits.headerBytes,
    "grpc.max_connection_idle_ms": deps.limits.idleMilliseconds,
    "grpc.max_concurrent_streams": deps.limits.pendingBodies,
  });
  server.addService(inferenceService(), implementation(deps));
  return server;
}

function implementation(deps: GrpcDeps): UntypedServiceImplementation {
  const { lifecycle, loaded } = deps;
  const { server, model } = metadataOf(loaded);
  // Health and metadata are never shed, as over HTTP.
  const answer = (find: (call: Call) => unknown) => (call: Call, reply: Reply) => {
    try {
      reply(null, find(call));
    } catch (error) {
      reply(statusFor(problemOf(error), deps.requestId({ headers: headersOf(call) })));
    }
  };
  return {
    ServerLive: answer(() => ({ live: true })),
    ServerReady: answer(() => ({ ready: lifecycle.ready })),
    ModelReady: answer((call) => {
      checkModel(deps, call, "name", "version");
      return { ready: lifecycle.ready };
    }),
    ServerMetadata: answer(() => server),
    ModelMetadata: answer((call) => {
      checkModel(deps, call, "name", "version");
      return model;
    }),
    ModelInfer: (call: Call, reply: Reply) => void infer(deps, call, reply),
  };
}

/** Answers a ModelInfer, counts and logs it. */
async function infer(deps: GrpcDeps, call: Call, reply: Reply): Promise<void> {
  const { limiter, log } = deps;
  const { counters } = deps.prediction;
  const headers = headersOf(call);
  const requestId = deps.requestId({ headers });
  const from = performance.now();
  const asking: Parameters<typeof predictions>[1] = { headers, trace: { facts: undefined } };
  let problem: RequestProblem | undefined;
  const entered = limiter.enter();
  try {
    if (!entered) {
      counters.sheds.overload.value += 1;
      throw overloaded;
    }
    reply(null, await predicted(deps, call, asking, requestId));
  } catch (error) {
    problem = problemOf(error);
    if (problem.status >= 500 && problem !== error)
      deps.onFailure({ requestId, error: nameOf(error), frames: framesOf(error) });
    reply(statusFor(problem, requestId));
  }
  const now = performance.now();
  const milliseconds = now - from;
  if (entered) limiter.leave(milliseconds, now);
  if (problem === undefined) counters.answered("infer", milliseconds / 1_000);
  else counters.refused("infer", problem.status, problem.code, problem.problems);
  log.write({
    requestId,
    operation: "infer",
    status: problem?.status ?? 200,
    code: problem?.code ?? "ok",
    milliseconds,
    facts: asking.trace?.facts,
  });
}

async function predicted(
  deps: GrpcDeps,
  call: Call,
  asking: Parameters<typeof predictions>[1],
  requestId: string,
): Promise<object> {
  const { prediction } = deps;
  checkModel(deps, call, "model_name", "model_version");
  const { body, raw } = inferenceIn(call.request);
  const { rows, id, outputs } = readInference(prediction.form, body, undefined);
  const found = await predictions(prediction, asking, rows, undefined);
  return {
    model_name: prediction.contract.name,
    model_version: prediction.version,
    id: id ?? requestId,
    ...outputsOf(outputs, found, raw),
  };
}

/** Refuses another model than the server's; a version may be left out. */
function checkModel(
  { loaded: { contract, release } }: GrpcDeps,
  { request }: Call,
  name: string,
  version: string,
): void {
  const given = isObject(request) ? request : {};
  if (given[name] !== contract.name)
    throw new RequestProblem("model.unknown", "this server has no such model");
  if (given[version] !== "" && given[version] !== release.version)
    throw new RequestProblem("version.unknown", "this server has no such version of the model");
}

/** Metadata of a call as headers are read; binary values have no use here. */
function headersOf({ metadata }: Call): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata.getMap()).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    ),
  );
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** Starts listening, without TLS: the mesh encrypts. Gives the port. */
export function bind(server: Server, address: Address): Promise<number> {
  const { host, port, variable } = address;
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) return resolve(bound);
      // The library's error has no code: it says the system's in words.
      const taken = error.message.includes("EADDRINUSE");
      reject(taken ? portTaken(address) : cannotListen(host, port, variable));
    });
  });
}

/** Finishes what is in flight. */
export function shutdown(server: Server): Promise<void> {
  return new Promise((resolve) => server.tryShutdown(() => resolve()));
}

function cannotListen(host: string, port: number, variable: string): InputError {
  return new InputError("the environment", [
    { key: variable, got: `${host}:${port}`, allowed: "an address and a port to listen on" },
  ]);
}
