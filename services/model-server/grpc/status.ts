import { Metadata, status, type StatusObject } from "@grpc/grpc-js";
import type { RequestProblem } from "../requests/problem";

/** The status of gRPC that says the same as one of HTTP; others are the caller's fault. */
const statusOf: Readonly<Record<number, status>> = {
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  405: status.UNIMPLEMENTED,
  408: status.DEADLINE_EXCEEDED,
  500: status.INTERNAL,
  503: status.UNAVAILABLE,
  504: status.DEADLINE_EXCEEDED,
};

/** A problem as a status; its code and the request's id are in the trailers. */
export function statusFor(problem: RequestProblem, requestId: string): StatusObject {
  const metadata = new Metadata();
  metadata.set("x-causeway-code", problem.code);
  metadata.set("x-request-id", requestId);
  return {
    code: statusOf[problem.status] ?? status.INVALID_ARGUMENT,
    details: problem.message,
    metadata,
  };
}
