import type { Contract } from "./contract";
import type { Seconds } from "./units";

/** The two halves of the subjects in an A/B test. */
export const arms = ["challenger", "champion"] as const;
export type Arm = (typeof arms)[number];

/**
 * First hexadecimal digits of the challenger's half, as a character class; routes are matched with
 * it.
 */
export const challengerDigits = "[0-7]";

/**
 * Buckets of the subjects of each half. The subjects of a bucket count as one, so that a busy one
 * among them weighs no more than the others.
 */
export const subjectBuckets = 64;

/**
 * Bucket of a subject, by its keyed hash (FNV-1a of Fowler, Noll and Vo over the characters): it
 * says nothing about the half.
 */
export function subjectBucketOf(subject: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < subject.length; i += 1)
    hash = Math.imul(hash ^ subject.charCodeAt(i), 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) % subjectBuckets;
}

/** What is counted, and kept in a prediction's id, of a subject: the half, and the bucket within it. */
export interface SubjectBucket {
  readonly arm: Arm;
  readonly bucket: number;
}

/**
 * The half that a subject is in, by its keyed hash in hexadecimal; the same on every replica, in
 * every region, and after a restart.
 */
export function armOf(subject: string): Arm {
  return subject >= "0" && subject < "8" ? "challenger" : "champion";
}

/** The half and the bucket of a subject. */
export function halfOf(subject: string): SubjectBucket {
  return { arm: armOf(subject), bucket: subjectBucketOf(subject) };
}

/**
 * Parts of equal length of a contract's outcome window; outcomes are counted by the part in which
 * they became known.
 */
export const outcomeAges = 4;

/**
 * Seconds after a prediction at which its business value is taken as known; what comes after the
 * label delay is not taken at all.
 */
export function outcomeWindow({
  release: { outcomeWindow: own },
  slos: { labelDelay },
}: Pick<Contract, "release" | "slos">): Seconds {
  return own !== undefined && own < labelDelay ? own : labelDelay;
}
