import { z } from "zod";

const secondsPer = { second: 1, minute: 60, hour: 3_600, day: 86_400 } as const;

/**
 * A length of time with its unit written out, such as `"5 minutes"` or `"183 days"`: of at most
 * nine digits, since longer numbers overflow what reads them.
 */
export const duration = z
  .string({ error: 'a length of time such as "5 minutes"' })
  .regex(
    /^[1-9]\d{0,8}(\.\d{1,9})? (second|minute|hour|day)s?$/,
    'a length of time: a number and second(s), minute(s), hour(s) or day(s), such as "5 minutes"',
  )
  .describe('a length of time such as "5 minutes"');

/** Seconds in a {@link duration}. Throws RangeError on text that `duration` would refuse. */
export function seconds(text: string): number {
  const match = /^(\d+(?:\.\d+)?) (second|minute|hour|day)s?$/.exec(text);
  const amount = Number(match?.[1]);
  switch (match?.[2]) {
    case "second":
      return amount * secondsPer.second;
    case "minute":
      return amount * secondsPer.minute;
    case "hour":
      return amount * secondsPer.hour;
    case "day":
      return amount * secondsPer.day;
    default:
      throw new RangeError(
        `not a length of time: ${JSON.stringify(text)}, allowed: such as "5 minutes"`,
      );
  }
}

/**
 * A latency with its unit written out, such as `"100 milliseconds"`; longer units as in a {@link
 * duration}.
 */
export const latency = z
  .string({ error: 'a latency such as "100 milliseconds"' })
  .regex(
    /^([1-9]\d{0,8} milliseconds|[1-9]\d{0,8}(\.\d{1,9})? (second|minute|hour|day)s?)$/,
    'a latency such as "100 milliseconds" or "2 seconds"',
  )
  .describe('a latency such as "100 milliseconds"');

/** Milliseconds in a {@link latency}. Throws RangeError on text that `latency` would refuse. */
export function latencyMilliseconds(text: string): number {
  const match = /^(\d+) milliseconds$/.exec(text);
  return match ? Number(match[1]) : seconds(text) * 1_000;
}

/** Whole days in a {@link duration}, rounded up: storage services count retention in days. */
export function days(text: string): number {
  return Math.ceil(seconds(text) / secondsPer.day);
}

/** A content digest, `sha256:` and 64 hexadecimal digits. */
export const digest = z
  .string({ error: "a digest: sha256: and 64 hexadecimal digits" })
  .regex(/^sha256:[0-9a-f]{64}$/, "a digest: sha256: and 64 hexadecimal digits")
  .describe("a digest: sha256: and 64 hexadecimal digits");

/** A DNS label (RFC 1123), the strictest form that Kubernetes and AWS both take. */
export const label = z
  .string({ error: "a name: lower-case letters, digits and hyphens" })
  .max(63, "a name of at most 63 characters")
  .regex(
    /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
    "a name: lower-case letters, digits and hyphens, starting with a letter and not ending with a hyphen",
  )
  .describe("a name: at most 63 lower-case letters, digits and hyphens, the first a letter");

/** A Kubernetes CPU quantity, e.g. `500m` or `2`. */
export const cpuQuantity = z
  .string()
  .regex(/^([1-9]\d{0,8}m|[1-9]\d{0,8}(\.\d{1,9})?)$/, "a CPU quantity such as 500m or 2")
  .describe("a CPU quantity such as 500m or 2");

/**
 * Thousandths of a core in a {@link cpuQuantity}. Throws RangeError on text that `cpuQuantity`
 * would refuse.
 */
export function millicores(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(m?)$/.exec(text);
  if (!match)
    throw new RangeError(
      `not a CPU quantity: ${JSON.stringify(text)}, allowed: such as "500m" or "2"`,
    );
  return match[2] === "m" ? Number(match[1]) : Math.round(Number(match[1]) * 1_000);
}

/** A Kubernetes memory quantity, e.g. `512Mi`. */
export const memoryQuantity = z
  .string()
  .regex(/^[1-9]\d{0,8}(Mi|Gi)$/, "a memory quantity such as 512Mi or 2Gi")
  .describe("a memory quantity such as 512Mi or 2Gi");

/** A semantic version (semver.org), without build metadata. */
export const semanticVersion = z
  .string()
  .regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, "a semantic version such as 1.4.0");

/** A share of one, both ends included. */
export const share = z
  .number({ error: "a number from 0 to 1" })
  .min(0, "a number from 0 to 1")
  .max(1, "a number from 0 to 1")
  .describe("a number from 0 to 1");
