import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Operation } from "../../contract/metrics";
import type { ModelCounters } from "../metrics/counters";
import type { Limiter } from "../overload/limiter";
import type { RequestProblem } from "../requests/problem";
import { sendProblem } from "./errors";
import { overloaded } from "./listener";

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

/** Whether the server takes requests; readiness follows `ready`, and `stopping` asks callers to go elsewhere. */
export interface Lifecycle {
  ready: boolean;
  stopping: boolean;
}

export interface WatchDeps {
  readonly counters: ModelCounters;
  readonly limiter: Limiter;
  readonly lifecycle: Lifecycle;
}

/** Hook for the routes of one operation: sheds when too many are in flight, then counts and logs every answer, also those never read. */
export function watch(app: FastifyInstance, operation: Operation, { counters, limiter, lifecycle }: WatchDeps) {
  return function onRequest(request: FastifyRequest, reply: FastifyReply, next: () => void): void {
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
    let open = true;
    const done = (gone: boolean) => {
      if (!open) return;
      open = false;
      const now = performance.now();
      limiter.leave(now - from, now);
      const status = gone ? 499 : raw.statusCode;
      const code = gone ? "caller-gone" : (trace.problem?.code ?? "ok");
      if (code === "ok") counters.answered(operation, (now - from) / 1_000);
      else counters.refused(operation, status, code, trace.problem?.problems ?? []);
      app.log.info({ requestId: request.id, operation, status, code, milliseconds: Math.round((now - from) * 1_000) / 1_000, ...trace.facts }, "request");
    };
    // A connection that closes before the answer is out never says "finish".
    raw.once("finish", () => done(false));
    raw.once("close", () => done(true));
    next();
  };
}
