import { z } from "zod";

/** Milliseconds in each unit of a length of time and the most of it, the longest first. */
const units = [
  ["day", 86_400_000, 99_999],
  ["hour", 3_600_000, 999_999],
  ["minute", 60_000, 99_999_999],
  ["second", 1_000, 9_999_999_999],
] as const;

/**
 * Text of a whole number of milliseconds: each unit has as many decimals as always are one, and at
 * most so many digits that every length of time can be written in seconds.
 */
const lengths =
  /[1-9]\d{0,9}(\.\d{1,3})? seconds?|[1-9]\d{0,7}(\.\d{1,4})? minutes?|[1-9]\d{0,5}(\.\d{1,5})? hours?|[1-9]\d{0,4}(\.\d{1,5})? days?/
    .source;

const durationTexts = z
  .string({ error: 'a length of time such as "5 minutes"' })
  .regex(
    new RegExp(`^(${lengths})$`),
    'a length of time: a number and second(s), minute(s), hour(s) or day(s), such as "5 minutes", to the millisecond and of at most 99999 days',
  )
  .describe('a length of time such as "5 minutes"');

const latencyTexts = z
  .string({ error: 'a latency such as "100 milliseconds"' })
  .regex(
    new RegExp(`^([1-9]\\d{0,8} milliseconds|${lengths})$`),
    'a latency such as "100 milliseconds" or "2 seconds"',
  )
  .describe('a latency such as "100 milliseconds"');

/**
 * A length of time: in a file its text with the unit written out, such as `"5 minutes"` or `"183
 * days"`, once parsed its {@link Seconds}, exact to the millisecond.
 */
export const duration = z.codec(durationTexts, z.number().brand<"Seconds">(), {
  decode: (text) => millisecondsIn(text) / 1_000,
  encode: (length) => textOf(length * 1_000),
});
export type Seconds = z.output<typeof duration>;

/**
 * A latency: in a file its text, such as `"100 milliseconds"` or one of a longer unit as in a
 * {@link duration}, once parsed its {@link Milliseconds}.
 */
export const latency = z.codec(latencyTexts, z.number().brand<"Milliseconds">(), {
  decode: (text) =>
    text.endsWith(" milliseconds") ? Number.parseInt(text, 10) : millisecondsIn(text),
  encode: (length) =>
    length % 1_000 !== 0 && length < 1e9 ? `${length} milliseconds` : textOf(length),
});
export type Milliseconds = z.output<typeof latency>;

/** Milliseconds in a text that {@link durationTexts} has accepted. */
function millisecondsIn(text: string): number {
  const [, per] = units.find(([unit]) => text.includes(` ${unit}`)) ?? [];
  return Math.round(Number.parseFloat(text) * (per ?? NaN));
}

/** The text of a length in the longest unit of which it is a whole number, else in seconds. */
function textOf(length: number): string {
  const milliseconds = Math.round(length);
  const [unit, per] = units.find(
    ([, each, most]) => milliseconds % each === 0 && milliseconds / each <= most,
  ) ?? ["second", 1_000];
  const amount = milliseconds / per;
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
