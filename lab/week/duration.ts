const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Seconds of a duration as PromQL writes it, of one unit. Throws RangeError for another. */
export function seconds(duration: string): number {
  const [, count, unit = ""] = /^(\d+)([smhd])$/.exec(duration) ?? [];
  const factor = units[unit];
  if (factor === undefined)
    throw new RangeError(`duration: got ${duration}, allowed: a whole number and s, m, h or d`);
  return Number(count) * factor;
}
