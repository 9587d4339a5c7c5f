import type { FastifyReply, FastifyRequest } from "fastify";
import type { Operation } from "../../contract/metrics";
import type { ModelCounters } from "../metrics/counters";
import type { Limiter } from "../overload/limiter";
import { PendingBodies } from "../overload/pending";
import { RequestProblem, type FieldProblem } from "../requests/problem";
import { rawAnswer } from "./errors";
import type { Limits } from "./limits";
import { overloaded } from "./listener";
import type { RequestLog } from "./request-log";

/** What one request left behind for its log line and its counts. */
export interface Trace {
  readonly operation: Operation;
  /** When its body was complete and it was taken in; milliseconds of a steady clock. */
  entered: number | undefined;
  problem: RequestProblem | undefined;
  /** Fields of the log line beside the ordinary ones; never a feature, never an identifier. */
  facts: Readonly<Record<string, string | number>> | undefined;
}

declare module "fastify" {
  interface FastifyRequest {
    trace: Trace | null;
  }
}

/**
 * Whether the server takes requests; readiness follows `ready`, and `stopping` asks callers to go
 * elsewhere.
 */
export interface Lifecycle {
  ready: boolean;
  stopping: boolean;
}

export interface WatchDeps {
  readonly counters: ModelCounters;
  readonly limiter: Limiter;
  readonly pending: PendingBodies<FastifyRequest>;
  readonly lifecycle: Lifecycle;
  readonly log: RequestLog;
}

/**
 * Compressed bodies are refused unread: the largest body is small, and what does not unpack cannot
 * explode.
 */
const compressed = new RequestProblem("body.encoding", "the body must not be compressed");

/** The answer to a body that others, which came later, did not wait for. */
const tooSlow = new RequestProblem("request.timeout", "the request did not arrive in time");

/** Bodies on their way to a server. */
export function pendingBodies(
  { pendingBodies: most }: Pick<Limits, "pendingBodies">,
  counters: ModelCounters,
): PendingBodies<FastifyRequest> {
  return new PendingBodies(most, (request) => {
    counters.malformed.value += 1;
    if (request.trace) request.trace.problem = tooSlow;
    request.raw.socket.end(rawAnswer("ERR_HTTP_REQUEST_TIMEOUT"));
    request.raw.socket.destroySoon();
  });
}

/**
 * Takes a request in whose body is complete. From now on it is in flight, and its time is the
 * server's; before, it was the caller's. Throws RequestProblem when too many are in flight.
 */
export function takeIn(
  request: FastifyRequest,
  { counters, limiter, pending }: Pick<WatchDeps, "counters" | "limiter" | "pending">,
): void {
  pending.remove(request);
  const { trace } = request;
  if (trace === null) return;
  if (!limiter.enter()) {
    counters.sheds.overload.value += 1;
    throw overloaded;
  }
  trace.entered = performance.now();
}

/** Hook for the routes of one operation: counts and logs every answer, also those never read. */
export function watch(operation: Operation, deps: WatchDeps) {
  const { counters, limiter, pending, lifecycle, log } = deps;
  return function onRequest(
    request: FastifyRequest,
    reply: FastifyReply,
    next: (error?: Error) => void,
  ): void {
    const from = performance.now();
    const raw = reply.raw;
    if (lifecycle.stopping) reply.header("connection", "close");
    const trace: Trace = { operation, entered: undefined, problem: undefined, facts: undefined };
    request.trace = trace;
    pending.add(request);
    raw.on("close", () => {
      pending.remove(request);
      const now = performance.now();
      const milliseconds = now - (trace.entered ?? from);
      if (trace.entered !== undefined) limiter.leave(milliseconds, now);
      const { status, code, problems } = outcomeOf(trace, raw);
      if (code === "ok") counters.answered(operation, milliseconds / 1_000);
      else counters.refused(operation, status, code, problems);
      log.write({
        requestId: request.id,
        operation,
        status,
        code,
        milliseconds,
        facts: trace.facts,
      });
    });
    const encoding = request.headers["content-encoding"];
    if (encoding === undefined || encoding === "identity") next();
    else next(compressed);
  };
}

interface AnswerOutcome {
  readonly status: number;
  readonly code: string;
  readonly problems: readonly FieldProblem[];
}

function outcomeOf(
  { problem }: Trace,
  raw: Pick<FastifyReply["raw"], "writableEnded" | "statusCode">,
): AnswerOutcome {
  if (problem === tooSlow) return { status: tooSlow.status, code: tooSlow.code, problems: [] };
  // A connection that closes before the answer was written: nobody got it.
  if (!raw.writableEnded) return { status: 499, code: "caller-gone", problems: [] };
  return {
    status: raw.statusCode,
    code: problem?.code ?? "ok",
    problems: problem?.problems ?? [],
  };
}
