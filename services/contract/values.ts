/** A value as the data and a request have it. */
export type FeatureValue = number | string | boolean;

/** Texts that look the same are the same. */
export function normal<T>(value: T): T | string {
  return typeof value === "string" ? value.normalize("NFC") : value;
}

/** Form of a date, and of a date with or without a time; not all of them exist. */
export const dateText = /^\d{4}-\d\d-\d\d$/;
export const timestampText =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.](\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/;

/**
 * Microseconds since 1970 (UTC) of an ISO 8601 date, or date and time, cut off at the microsecond, with or
 * without zone, which is UTC then; undefined for another text, for a day or time that does not
 * exist, and outside of the years 1678 to 2261, which every reader of times knows.
 */
export function timestampMicroseconds(text: string): number | undefined {
  const found = timestampText.exec(text);
  if (found === null) return undefined;
  const [year = NaN, month = NaN, day = NaN, hour = 0, minute = 0, second = 0] = found
    .slice(1, 7)
    .map((part) => (part === undefined ? undefined : Number(part)));
  const midnight = Date.UTC(year, month - 1, day);
  const zone = zoneMinutes(found[8]);
  if (new Date(midnight).getUTCMonth() !== month - 1 || day === 0) return undefined;
  if (year < 1678 || year > 2261 || hour > 23 || minute > 59 || second > 59 || zone === undefined)
    return undefined;
  const microseconds = Number((found[7] ?? "").padEnd(6, "0").slice(0, 6));
  return midnight * 1_000 + (hour * 3_600 + (minute - zone) * 60 + second) * 1e6 + microseconds;
}

function zoneMinutes(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === "Z") return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(":", ""))];
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}
