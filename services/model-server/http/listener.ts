import { createServer, type RequestListener, type Server } from "node:http";
import type { Operation } from "../../contract/metrics";
import type { ModelCounters } from "../metrics/counters";
import type { Limiter } from "../overload/limiter";
import { RequestProblem } from "../requests/problem";
import { errorBody, retryAfterSeconds } from "./errors";
import type { Limits } from "./limits";

/** The answer to what is too much at the moment. */
export const overloaded = new RequestProblem(
  "server.overloaded",
  "the server has too many requests; try again later",
);

export interface ListenerOptions {
  readonly limits: Limits;
  readonly limiter: Limiter;
  readonly counters: ModelCounters;
  readonly requestId: (request: { readonly headers: NodeJS.Dict<string | string[]> }) => string;
  /** Operation of a path, undefined for those that are never shed. */
  readonly operationOf: (path: string) => Operation | undefined;
}

/**
 * The HTTP server in front of the app. What must be shed is shed here, before routing, hooks and
 * the body: at twice the load that can be served, a refusal that costs half of an answer would
 * leave no time for answers.
 */
export function sheddingServer(handler: RequestListener, options: ListenerOptions): Server {
  const { limits, limiter, counters, requestId, operationOf } = options;
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.requestMilliseconds,
      requestTimeout: limits.requestMilliseconds,
      connectionsCheckingInterval: 500,
      keepAliveTimeout: limits.idleMilliseconds,
      noDelay: true,
    },
    (request, response) => {
      const operation = limiter.full ? operationOf(request.url ?? "") : undefined;
      if (operation === undefined) return handler(request, response);
      limiter.turnAway();
      counters.sheds.overload.value += 1;
      counters.refused(operation, overloaded.status, overloaded.code, []);
      const body = JSON.stringify(errorBody(overloaded, requestId(request)));
      response.sendDate = false;
      response
        .writeHead(overloaded.status, [
          "content-type",
          "application/json; charset=utf-8",
          "content-length",
          String(body.length),
          "retry-after",
          String(retryAfterSeconds),
        ])
        .end(body);
    },
  );
  return server;
}
