import type { RoleKey } from "./approvals";
import { describeProblem } from "../contract/problems";
import type { Release } from "./release";
import { inspectionProblems, inspectRelease } from "./inspection";
import type { Seconds } from "../contract/units";

/**
 * What was found when a release was verified; policies judge it. It changes only when the release
 * does, or when it grows too old.
 */
export interface Verification {
  /**
   * How its signature stands to the keys that the stack trusts; `unchecked` where it is signed and
   * the stack trusts no key.
   */
  readonly signature: "trusted" | "untrusted" | "unchecked" | "none";
  /** The key that signed it; absent unless it is trusted. */
  readonly keyid?: string;
  /** What the model file is; only `onnx`, with all tensors in the file, is served. */
  readonly format: string;
  /** Files, digests and statements that do not fit, each in a line. */
  readonly problems: readonly string[];
  /** Whether it is published and older than its contract allows. */
  readonly expired: boolean;
}

/** What a release is verified against. */
export interface VerificationOptions {
  /** Public keys in PEM. */
  readonly trustedKeys: readonly string[];
  /** Keys of the people who approve, by role. */
  readonly approverKeys: readonly RoleKey[];
  /** The contract's `release.maximumAge`. */
  readonly maximumAge: Seconds;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Verifies a release folder: every digest, the signature, the approvals, the format of the model,
 * files that nobody attested, the age.
 */
export function verificationOf(
  folder: string,
  release: Pick<Release, "createdAt" | "published">,
  { trustedKeys, approverKeys, maximumAge, now }: VerificationOptions,
): Verification {
  const inspection = inspectRelease(folder, trustedKeys, approverKeys);
  const { signature, format } = inspection;
  return {
    signature: signature.state,
    ...(signature.state === "trusted" && { keyid: signature.keyid }),
    format,
    problems: inspectionProblems(inspection).map(describeProblem),
    expired: release.published && isExpired(release, maximumAge, now),
  };
}

/** Whether a release is older than its contract allows at `now`, in milliseconds since 1970. */
export function isExpired(
  { createdAt }: Pick<Release, "createdAt">,
  maximumAge: Seconds,
  now: number,
): boolean {
  return now - Date.parse(createdAt) > maximumAge * 1_000;
}
