import { overloadedCode } from "../../contract/metrics";

/**
 * Every code that a caller can get, with its HTTP status. A code is a contract: it is never
 * renamed, its message may be.
 */
export const statuses = {
  "route.unknown": 404,
  "route.method": 405,
  "model.unknown": 404,
  "version.unknown": 404,
  "request.malformed": 400,
  "request.timeout": 408,
  "header.size": 431,
  "body.missing": 400,
  "body.media-type": 415,
  "body.encoding": 415,
  "body.size": 413,
  "body.utf8": 400,
  "body.json": 400,
  "body.type": 400,
  "field.unknown": 400,
  "field.missing": 400,
  "field.type": 400,
  "field.value": 400,
  "subject.invalid": 400,
  "tensor.count": 400,
  "tensor.name": 400,
  "tensor.datatype": 400,
  "tensor.shape": 400,
  "tensor.size": 400,
  "tensor.rows": 413,
  "output.unknown": 400,
  "feature.unknown": 422,
  "feature.missing": 422,
  "feature.type": 422,
  "feature.range": 422,
  "feature.category": 422,
  "feedback.unknown": 404,
  "feedback.caller": 403,
  "feedback.duplicate": 409,
  "feedback.expired": 410,
  [overloadedCode]: 503,
  "server.stopping": 503,
  "inference.timeout": 504,
  "inference.failed": 500,
  "server.failed": 500,
} as const satisfies Record<string, number>;

export type ProblemCode = keyof typeof statuses;

/**
 * One thing wrong with a request: where, and what is allowed. The value that was given is never
 * repeated: answers are logged on the way.
 */
export interface FieldProblem {
  readonly code: ProblemCode;
  /** Path of the field, e.g. `features.obrat` or `inputs[0].data[3]`. */
  readonly field: string;
  readonly message: string;
  /** Feature that the value was given for, when the contract has it. */
  readonly feature?: string;
}

/** What a handler throws for the caller to see. */
export class RequestProblem extends Error {
  readonly status: number;

  constructor(
    readonly code: ProblemCode,
    message: string,
    readonly problems: readonly FieldProblem[] = [],
  ) {
    super(message);
    this.name = "RequestProblem";
    this.status = statuses[code];
  }
}

/** The request is refused for its fields; its code is that of the first. */
export function refuse(problems: readonly FieldProblem[]): RequestProblem {
  const [first] = problems;
  if (first === undefined) throw new RangeError("a refusal without a problem");
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  return new RequestProblem(first.code, `${first.field} ${first.message}${more}`, problems);
}

/** A refusal for one field. */
export function refuseField(
  code: ProblemCode,
  field: string,
  message: string,
  feature?: string,
): RequestProblem {
  return refuse([{ code, field, message, ...(feature !== undefined && { feature }) }]);
}
