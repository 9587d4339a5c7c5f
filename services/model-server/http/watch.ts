import type { FastifyReply, FastifyRequest } from "fastify";
import type { Operation } from "../../contract/metrics";
import type { ModelCounters } from "../metrics/counters";
import type { Limiter } from "../overload/limiter";
import { RequestProblem } from "../requests/problem";
import { sendProblem } from "./errors";
import { overloaded } from "./listener";
import type { RequestLog } from "./request-log";

/** What one request left behind for its log line and its counts. */
export interface Trace {
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
  readonly lifecycle: Lifecycle;
  readonly log: RequestLog;
}

/**
 * Compressed bodies are refused unread: the largest body is small, and what does not unpack cannot
 * explode.
 */
const compressed = new RequestProblem("body.encoding", "the body must not be compressed");

/**
 * Hook for the routes of one operation: sheds when too many are in flight, then counts and logs
 * every answer, also those never read.
 */
export function watch(operation: Operation, { counters, limiter, lifecycle, log }: WatchDeps) {
  return function onRequest(
    request: FastifyRequest,
    reply: FastifyReply,
    next: (error?: Error) => void,
  ): void {
    const from = performance.now();
    const raw = reply.raw;
    if (lifecycle.stopping) reply.header("connection", "close");
    if (!limiter.enter()) {
      counters.sheds.overload.value += 1;
      counters.refused(operation, overloaded.status, overloaded.code, []);
      void sendProblem(reply, request, overloaded);
      return;
    }
    const trace: Trace = { problem: undefined, facts: undefined };
    request.trace = trace;
    raw.on("close", () => {
      const now = performance.now();
      const milliseconds = now - from;
      limiter.leave(milliseconds, now);
      // A connection that closes before the answer was written: nobody got it.
      const gone = !raw.writableEnded;
      const status = gone ? 499 : raw.statusCode;
      const code = gone ? "caller-gone" : (trace.problem?.code ?? "ok");
      if (code === "ok") counters.answered(operation, milliseconds / 1_000);
      else counters.refused(operation, status, code, trace.problem?.problems ?? []);
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
