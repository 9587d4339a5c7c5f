import type { FastifyReply, FastifyRequest } from "fastify";
import { RequestProblem, statuses, type FieldProblem, type ProblemCode } from "../requests/problem";

/**
 * What a caller gets instead of an answer. `error` is the Open Inference Protocol's; the rest is
 * ours.
 */
export interface ErrorBody {
  readonly error: string;
  readonly code: ProblemCode;
  readonly requestId: string;
  readonly problems: readonly Pick<FieldProblem, "code" | "field" | "message">[];
}

/**
 * Seconds after which a refused caller may try again: the limit adapts within a fraction of one,
 * the autoscaler within fifteen.
 */
export const retryAfterSeconds = 1;

const frameworkCodes: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ["body.size", "the body is too large"],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ["body.media-type", "the body must be application/json"],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    "request.malformed",
    "the body does not have the length that the head says",
  ],
  FST_ERR_BAD_URL: ["request.malformed", "the path cannot be decoded"],
};

/**
 * Any error as one that a caller may see: what is not meant for callers becomes `server.failed`
 * without a word of its own.
 */
export function problemOf(error: unknown): RequestProblem {
  if (error instanceof RequestProblem) return error;
  const known =
    typeof error === "object" && error !== null && "code" in error && typeof error.code === "string"
      ? frameworkCodes[error.code]
      : undefined;
  return known
    ? new RequestProblem(...known)
    : new RequestProblem(
        "server.failed",
        "the server failed; the request id finds the reason in its log",
      );
}

export function errorBody(problem: RequestProblem, requestId: string): ErrorBody {
  return {
    error: problem.message,
    code: problem.code,
    requestId,
    problems: problem.problems.map(({ code, field, message }) => ({ code, field, message })),
  };
}

/** Answers with a problem. */
export function sendProblem(
  reply: FastifyReply,
  request: FastifyRequest,
  problem: RequestProblem,
): FastifyReply {
  if (problem.status === 503) reply.header("retry-after", String(retryAfterSeconds));
  return reply
    .code(problem.status)
    .type("application/json; charset=utf-8")
    .serializer(JSON.stringify)
    .send(errorBody(problem, request.id));
}

/** Frames of an error without its message, which may hold what a caller sent. */
export function framesOf(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  return stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim())
    .slice(0, 8);
}

const clientErrors: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ["request.timeout", "the request did not arrive in time"],
  HPE_HEADER_OVERFLOW: ["header.size", "the head of the request is too large"],
};

/**
 * Raw answer to bytes that never became a request, e.g. a head that is too large or a body that is
 * too slow.
 */
export function rawAnswer(errorCode: string | undefined): string {
  const [code, error] =
    clientErrors[errorCode ?? ""] ??
    (["request.malformed", "the bytes are not an HTTP/1.1 request"] satisfies readonly [
      ProblemCode,
      string,
    ]);
  const body = JSON.stringify({ error, code, problems: [] });
  const reason =
    { 408: "Request Timeout", 431: "Request Header Fields Too Large" }[String(statuses[code])] ??
    "Bad Request";
  return `HTTP/1.1 ${statuses[code]} ${reason}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`;
}
