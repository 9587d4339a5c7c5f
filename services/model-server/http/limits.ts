import type { Contract } from "../../contract/contract";
import type { Operation } from "../../contract/metrics";

/** Bounds of what one caller can ask of the server. */
export interface Limits {
  readonly bodyBytes: number;
  /** Of the whole head. */
  readonly headerBytes: number;
  /** Rows of one tensor. */
  readonly rows: number;
  /** Requests whose bodies are under way at once, over all connections. */
  readonly pendingBodies: number;
  /** Until a request, head and body, must have arrived. */
  readonly requestMilliseconds: number;
  /**
   * How long a connection may be idle; longer than the mesh's 60 s, so that the proxy closes first.
   */
  readonly idleMilliseconds: number;
  /** Explanations at a time: each runs the model over thousands of rows. */
  readonly explanations: number;
  /** Ids of feedback that are remembered. */
  readonly feedbackIds: number;
}

export const defaultLimits: Limits = {
  bodyBytes: 256 * 1_024,
  headerBytes: 8 * 1_024,
  rows: 256,
  pendingBodies: 256,
  requestMilliseconds: 5_000,
  idleMilliseconds: 75_000,
  explanations: 4,
  feedbackIds: 50_000,
};

/** Bytes of one named value with its name, quotes and white space, and of all that is beside them. */
const [bytesOfField, bytesBeside] = [128, 8 * 1_024];

/**
 * Largest body of an operation: twenty times what the contract needs would only be parsed to be
 * refused. Tensors hold many rows, every other request is about one.
 */
export function bodyBytesOf(
  operation: Operation,
  { features, protectedAttributes }: Pick<Contract, "features" | "protectedAttributes">,
  { bodyBytes }: Pick<Limits, "bodyBytes">,
): number {
  if (operation === "infer") return bodyBytes;
  const fields = operation === "feedback" ? protectedAttributes : features;
  return Math.min(bodyBytes, bytesBeside + bytesOfField * fields.length);
}
