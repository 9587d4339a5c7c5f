import type { FastifyInstance } from "fastify";
import type { Lifecycle } from "../http/watch";

/**
 * Liveness follows the process, readiness follows the model (Open Inference Protocol v2). Neither
 * is ever shed.
 */
export function healthRoutes(
  app: FastifyInstance,
  lifecycle: Lifecycle,
  model: string,
  modelPaths: readonly string[],
): void {
  const flag = (name: string) => ({
    type: "object",
    properties: { name: { type: "string" }, [name]: { type: "boolean" } },
    required: [name],
    additionalProperties: false,
  });
  app.get("/v2/health/live", { schema: { response: { 200: flag("live") } } }, () => ({
    live: true,
  }));
  const ready = { 200: flag("ready"), 503: flag("ready") };
  app.get("/v2/health/ready", { schema: { response: ready } }, (_request, reply) =>
    reply.code(lifecycle.ready ? 200 : 503).send({ ready: lifecycle.ready }),
  );
  for (const path of modelPaths) {
    app.get(`${path}/ready`, { schema: { response: ready } }, (_request, reply) =>
      reply.code(lifecycle.ready ? 200 : 503).send({ name: model, ready: lifecycle.ready }),
    );
  }
}
