import { createServer, type Server } from "node:http";
import type { Registry } from "./registry";

/**
 * Server of `GET /metrics` on a port of its own, which callers of the model cannot reach. It
 * listens to nothing yet.
 */
export function metricsServer(registry: Registry): Server {
  const server = createServer({ maxHeaderSize: 8_192 }, (request, response) => {
    if (request.method !== "GET" || request.url !== "/metrics") {
      response
        .writeHead(404, { "content-type": "text/plain; charset=utf-8" })
        .end("GET /metrics is all there is\n");
      return;
    }
    response
      .writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" })
      .end(registry.text());
  });
  server.headersTimeout = 5_000;
  server.requestTimeout = 5_000;
  return server;
}
