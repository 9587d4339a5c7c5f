/** Cores or devices in a Kubernetes quantity, e.g. 0.5 for `500m`; 0 for what is none. */
export function cores(quantity: unknown): number {
  const [, amount, unit] = /^([\d.]+)(m?)$/.exec(String(quantity)) ?? [];
  return amount === undefined ? 0 : Number(amount) / (unit === "m" ? 1_000 : 1);
}
