import { z } from "zod";

/** Seconds in each unit of a length of time, the longest first. */
const units = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

const durationTexts = z
  .string({ error: 'a length of time such as "5 minutes"' })
  .regex(
    /^[1-9]\d{0,8}(\.\d{1,9})? (second|minute|hour|day)s?$/,
    'a length of time: a number and second(s), minute(s), hour(s) or day(s), such as "5 minutes"',
  )
  .describe('a length of time such as "5 minutes"');

const latencyTexts = z
  .string({ error: 'a latency such as "100 milliseconds"' })
  .regex(
    /^([1-9]\d{0,8} milliseconds|[1-9]\d{0,8}(\.\d{1,9})? (second|minute|hour|day)s?)$/,
    'a latency such as "100 milliseconds" or "2 seconds"',
  )
  .describe('a latency such as "100 milliseconds"');

/**
 * A length of time: in a file its text with the unit written out, such as `"5 minutes"` or `"183
 * days"`, once parsed its {@link Seconds}. Of at most nine digits, since longer numbers overflow
 * what reads them.
 */
export const duration = z.codec(durationTexts, z.number().brand<"Seconds">(), {
  decode: secondsIn,
  encode: textOf,
});
export type Seconds = z.output<typeof duration>;

/**
 * A latency: in a file its text, such as `"100 milliseconds"` or one of a longer unit as in a
 * {@link duration}, once parsed its {@link Milliseconds}.
 */
export const latency = z.codec(latencyTexts, z.number().brand<"Milliseconds">(), {
  decode: (text) =>
    text.endsWith(" milliseconds") ? Number.parseFloat(text) : secondsIn(text) * 1_000,
  encode: (length) =>
    length % 1_000 !== 0 && Number.isInteger(length) && length < tooLong
      ? `${length} milliseconds`
      : textOf(length / 1_000),
});
export type Milliseconds = z.output<typeof latency>;

/** The least number with more digits than a length of time may have before the point. */
const tooLong = 1e9;

/** Seconds in a text that {@link durationTexts} has accepted. */
function secondsIn(text: string): number {
  const [, per] = units.find(([unit]) => text.includes(unit)) ?? [];
  return Number.parseFloat(text) * (per ?? NaN);
}

/** The text of a length in the longest unit of which it is a whole number: `90 minutes`. */
function textOf(seconds: number): string {
  const fitting = units.filter(([, per]) => seconds / per < tooLong);
  const whole = fitting.find(([, per]) => Number.isInteger(seconds / per));
  const [unit, per] = whole ?? fitting.at(-1) ?? units[0];
  const amount = Number((seconds / per).toFixed(9));
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}

/** A length of time as people read and write it: `5 minutes`. */
export function durationText(length: Seconds): string {
  return duration.encode(length);
}

/** A latency as people read and write it: `100 milliseconds`. */
export function latencyText(length: Milliseconds): string {
  return latency.encode(length);
}

/** Whole days, rounded up: storage services count retention in days. */
export function days(length: Seconds): number {
  return Math.ceil(length / 86_400);
}

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
