/**
 * Regions whose zones are not a, b and c, or where EKS places no control plane in one of them for
 * new accounts.
 */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  "ap-northeast-1": ["a", "c", "d"],
  "ca-central-1": ["a", "b", "d"],
};

/**
 * The three zones of a region, as literals: asking AWS for them would make every plan need
 * credentials.
 */
export function zonesOf(region: string): string[] {
  return (exceptions[region] ?? ["a", "b", "c"]).map((letter) => `${region}${letter}`);
}
