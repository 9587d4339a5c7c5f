/** Maps values to the drawing. */
export interface Scale {
  (value: number): number;
  readonly ticks: readonly number[];
}

/** Linear scale with about `count` round ticks. */
export function linear(from: number, to: number, left: number, right: number, count = 5): Scale {
  const span = to - from || 1;
  const step = roundStep(span / count);
  const first = Math.ceil(from / step - 1e-9);
  const ticks = Array.from({ length: Math.floor(to / step + 1e-9) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
  return Object.assign(
    (value: number) =>
      left + ((Math.min(to, Math.max(from, value)) - from) / span) * (right - left),
    { ticks },
  );
}

/** Logarithmic scale with a tick per decade. */
export function logarithmic(from: number, to: number, left: number, right: number): Scale {
  const [a, b] = [Math.log10(from), Math.log10(to)];
  const ticks = Array.from({ length: Math.floor(b + 1e-9) - Math.ceil(a - 1e-9) + 1 }, (_, i) =>
    Number((10 ** (Math.ceil(a - 1e-9) + i)).toPrecision(3)),
  );
  return Object.assign(
    (value: number) =>
      left + ((Math.log10(Math.min(to, Math.max(from, value))) - a) / (b - a)) * (right - left),
    { ticks },
  );
}

function roundStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  return ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10) * power;
}

/** A number for a drawing. */
export function px(value: number): string {
  return value.toFixed(1);
}

/** Three significant digits, without exponents. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "unknown";
  if (value === 0) return "0";
  const magnitude = Math.abs(value);
  return magnitude >= 100
    ? value.toFixed(0)
    : magnitude >= 10
      ? value.toFixed(1)
      : magnitude < 0.001
        ? value.toFixed(4)
        : String(Number(value.toPrecision(3)));
}

/** `12.3%` */
export function percent(value: number, digits = 1): string {
  return Number.isFinite(value) ? `${(value * 100).toFixed(digits)}%` : "unknown";
}
