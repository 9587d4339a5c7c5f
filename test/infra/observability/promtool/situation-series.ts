import { randoms, small } from "./scenario";

export const model = small.name;
export const own = `{model="${model}",version="1.0.0"`;
export const day = 1_440;

/** Values each two minutes for so many days. */
export function each(
  days: number,
  value: (minute: number, random: () => number) => number,
  seed = 5,
): string {
  const random = randoms(seed);
  return Array.from({ length: (days * day) / 2 }, (_, i) => value(i * 2, random).toFixed(6)).join(
    " ",
  );
}

/** 1 on average, more by day than by night. */
export const wave = (minute: number) => 1 + 0.3 * Math.sin((2 * Math.PI * minute) / day);
export const noise = (random: () => number) => 1 + 0.02 * (random() - 0.5);
