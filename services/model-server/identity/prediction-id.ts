import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { SubjectBucket } from "../../contract/arms";
import type { Keys, KeyVersion } from "./keys";

/**
 * What an outcome is counted under, all of it in the id: no replica needs to remember a prediction.
 */
export interface Issued {
  /** Version of the release that predicted. */
  readonly version: string;
  /** Whether the positive label was predicted. */
  readonly positive: boolean;
  /** Bin of the score. */
  readonly bin: number;
  /** Seconds since the epoch. */
  readonly at: number;
  /** In an A/B test: whose bucket of subjects the value counts for. */
  readonly subject?: SubjectBucket | undefined;
  /** Keyed hash of the caller that asked, see {@link PredictionIds.callerTag}. */
  readonly caller?: string | undefined;
}

const macCharacters = 22;
/** How an id writes the half of its subject. */
const letters = { challenger: "a", champion: "b" } as const;
const form =
  /^([0-9A-Za-z.-]{1,64})~([pn])([0-9]{1,3})(?:([ab])([0-9]{1,2}))?~([0-9a-z]{1,9})~([0-9A-Za-z_-]{8}[0-9a-z]{1,11})(?:\.([0-9A-Za-z_-]{8}))?~([0-9A-Za-z_-]{22})$/;

/**
 * Ids of predictions: readable facts and a truncated HMAC-SHA256 (128 bits, RFC 2104) over them.
 * Feedback weeks later reaches any replica of any version, and still counts for the release that
 * predicted; an id that was made up or changed is refused.
 */
export class PredictionIds {
  readonly #keys: Keys;
  readonly #process = randomBytes(6).toString("base64url");
  #count = 0;

  constructor(keys: Keys) {
    this.#keys = keys;
  }

  issue({ version, positive, bin, at, subject, caller }: Issued): string {
    this.#count += 1;
    const half = subject === undefined ? "" : `${letters[subject.arm]}${subject.bucket}`;
    const asked = caller === undefined ? "" : `.${caller}`;
    const facts = `${version}~${positive ? "p" : "n"}${bin}${half}~${at.toString(36)}~${this.#process}${this.#count.toString(36)}${asked}`;
    return `${facts}~${macOf(this.#keys[0], facts)}`;
  }

  /** Stands for a caller in an id: 48 bits, which nobody else can make or read. */
  callerTag(caller: string): string {
    return callerTagOf(this.#keys[0], caller);
  }

  /** Whether a tag stands for this caller, under any version of the key. */
  isCaller(tag: string, caller: string): boolean {
    return this.#keys.some((key) => callerTagOf(key, caller) === tag);
  }

  /** What the id says, or undefined when this service did not issue it. */
  read(id: string): Issued | undefined {
    const match = form.exec(id);
    if (match === null) return undefined;
    const [, version = "", label, bin, half, bucket, at = "", , caller, mac = ""] = match;
    const facts = id.slice(0, -(macCharacters + 1));
    // An id outlives a rotation of the key: labels come weeks later.
    if (
      !this.#keys.some((key) => timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(key, facts))))
    )
      return undefined;
    return {
      version,
      positive: label === "p",
      bin: Number(bin),
      at: parseInt(at, 36),
      ...(caller !== undefined && { caller }),
      ...(half !== undefined && {
        subject: {
          arm: half === letters.challenger ? "challenger" : "champion",
          bucket: Number(bucket),
        },
      }),
    };
  }
}

function macOf({ predictions }: KeyVersion, facts: string): string {
  return createHmac("sha256", predictions)
    .update(facts)
    .digest("base64url")
    .slice(0, macCharacters);
}

/** Apart from the codes of ids, whose texts never begin like this. */
function callerTagOf({ predictions }: KeyVersion, caller: string): string {
  return createHmac("sha256", predictions)
    .update(`caller\0${caller}`)
    .digest("base64url")
    .slice(0, 8);
}
