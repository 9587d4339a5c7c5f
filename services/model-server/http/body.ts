import type { FastifyReply, FastifyRequest } from "fastify";
import { FramedBody, headerLength, split, TensorBytes } from "../requests/binary";
import { parseBody } from "../requests/body";
import { RequestProblem } from "../requests/problem";

/** Hook: a body of no type is JSON. Clients of Triton name no type, not even of binary tensors. */
export function mediaTypeOf(request: FastifyRequest, _reply: FastifyReply, next: () => void): void {
  const { headers } = request;
  const length = headers["content-length"];
  if ((length !== undefined && length !== "0") || headers["transfer-encoding"] !== undefined)
    headers["content-type"] ??= "application/json";
  next();
}

/**
 * The value of a JSON body, or a FramedBody where the head says that bytes of tensors follow the
 * JSON. Throws RequestProblem.
 */
export function bodyOf(request: FastifyRequest, body: Buffer): unknown {
  const length = request.headers[headerLength];
  if (length === undefined) {
    if (request.headers["content-type"]?.startsWith("application/json") === true)
      return parseBody(body);
    throw new RequestProblem(
      "body.media-type",
      "the body must be application/json, or have Inference-Header-Content-Length",
    );
  }
  if (request.trace?.operation !== "infer")
    throw new RequestProblem("body.media-type", "only infer takes bytes of tensors behind JSON");
  const [json, tensors] = split(body, length);
  return new FramedBody(parseBody(json), new TensorBytes(tensors));
}
