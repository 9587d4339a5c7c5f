/** Minutes of simulated time since the start; the start is a Monday, midnight UTC. */
export type Minute = number;

export const minutesPerDay = 1_440;
export const minutesPerWeek = 7 * minutesPerDay;

/**
 * The first simulated instant in milliseconds since the epoch: in the past, since Prometheus
 * refuses samples from the future.
 */
export const startMilliseconds = Date.UTC(2024, 0, 1);

/** Milliseconds since the epoch. */
export function instantOf(minute: Minute): number {
  return startMilliseconds + minute * 60_000;
}

/** `Mon 14:30` */
export function clockOf(minute: Minute): string {
  const day =
    ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][Math.floor(minute / minutesPerDay) % 7] ?? "";
  const [hours, rest] = [Math.floor((minute % minutesPerDay) / 60), Math.floor(minute % 60)];
  return `${day} ${String(hours).padStart(2, "0")}:${String(rest).padStart(2, "0")}`;
}

/**
 * Share of the mean traffic in an hour of a working day: offices open at eight and close at six;
 * some apply in the evening.
 */
const hours = [
  0.15, 0.1, 0.1, 0.1, 0.15, 0.25, 0.5, 0.9, 1.5, 2.1, 2.4, 2.3, 1.9, 2.1, 2.3, 2.1, 1.7, 1.2, 0.9,
  0.75, 0.6, 0.5, 0.35, 0.2,
];

/** Share of a Wednesday's traffic, from Monday. */
const weekdays = [1.1, 1.05, 1, 1, 0.95, 0.55, 0.4];

/**
 * Expected applications in a minute, when there are `perDay` on a Wednesday; hours melt into each
 * other.
 */
export function rateAt(minute: Minute, perDay: number): number {
  const [day, time] = [Math.floor(minute / minutesPerDay) % 7, (minute % minutesPerDay) / 60];
  const at = (hour: number) => hours[(hour + 24) % 24] ?? 0;
  const [before, share] = [Math.floor(time - 0.5), (time + 0.5) % 1];
  const total = hours.reduce((sum, one) => sum + one, 0);
  return (
    (perDay / 60) *
    ((at(before) * (1 - share) + at(before + 1) * share) / total) *
    (weekdays[day] ?? 1)
  );
}

/**
 * A count with this mean (Poisson; Knuth's product of uniform numbers, for means below a few
 * hundred).
 */
export function poisson(mean: number, random: () => number): number {
  const limit = Math.exp(-mean);
  let [count, product] = [0, random()];
  while (product > limit) {
    product *= random();
    count += 1;
  }
  return count;
}
