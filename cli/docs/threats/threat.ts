import type { ElementName, FlowName } from "./graph";

/**
 * The six kinds of threat of STRIDE (Kohnfelder and Garg 1999), each with the property that it
 * takes away.
 */
export const strides = {
  spoofing: "authenticity",
  tampering: "integrity",
  repudiation: "non-repudiation",
  disclosure: "confidentiality",
  denial: "availability",
  elevation: "authorization",
} as const;
export type Stride = keyof typeof strides;

/** One way in which the platform could be harmed. */
export interface Threat {
  /** Stable name, in lower-case words. */
  readonly id: string;
  readonly stride: Stride;
  /** Who does what, in one sentence. */
  readonly story: string;
  readonly elements: readonly ElementName[];
  readonly flows: readonly FlowName[];
  /** Names of policies that refuse a plan without the answer. */
  readonly rules: readonly string[];
  /** Files with tests of the answer, from the repository's root. */
  readonly tests: readonly string[];
  /** What remains possible. */
  readonly residual: string;
}
