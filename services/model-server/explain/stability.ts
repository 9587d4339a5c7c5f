/** Values of features, and by how much repeats of the sampling would differ. */
export interface Estimate {
  readonly values: Float64Array;
  /**
   * Standard deviation of a feature's value, or of its difference to another's; 0 of exact values.
   */
  readonly deviation: (feature: number, less?: number) => number;
}

/** Which features are asked for: those that move log-odds this way the most. */
export interface Asked {
  readonly direction: 1 | -1;
  readonly most: number;
}

/** Features by their position in the contract. */
export interface Ranking {
  /** The strongest first. */
  readonly features: readonly number[];
  /**
   * Whether the same features would be ranked in repeats, at {@link confidence}; their order may be
   * open.
   */
  readonly stable: boolean;
  /** Features whose order to this one is not settled. */
  readonly tiesOf: (feature: number) => readonly number[];
}

/** Of all that an answer calls settled, together. */
export const confidence = 0.95;

/**
 * Random orders of each background row after which an explanation looks whether its reasons are
 * settled; the last is the limit.
 */
export const looks = [4, 8, 16, 32] as const;

/**
 * The features asked for, and what of their order the estimate settles. Every pair of features and
 * every sign, at every look, may be settled wrongly once in so many: Bonferroni over all of them,
 * with the bound P(Z > z) <= exp(-z^2 / 2) / 2 of the normal tail, which is wide enough for the
 * hundred degrees of freedom of the first look.
 */
export function ranked({ values, deviation }: Estimate, { direction, most }: Asked): Ranking {
  const toward = (feature: number) => direction * (values[feature] ?? NaN);
  const all = [...values.keys()].sort((a, b) => toward(b) - toward(a));
  const features = all.filter((feature) => toward(feature) > 0).slice(0, most);
  const others = all.slice(features.length);
  const width = values.length;
  const errors = ((width * (width + 1)) / 2) * looks.length;
  const z = Math.sqrt(2 * Math.log(errors / (2 * (1 - confidence))));
  const above = (one: number, other: number) =>
    toward(one) - toward(other) > z * deviation(one, other);
  // A feature that does nothing has a value of 0 in every order: its sign is as settled.
  const against = (feature: number) =>
    -toward(feature) > z * deviation(feature) || deviation(feature) === 0;
  const complete =
    features.length === most
      ? features.every((one) => others.every((other) => above(one, other)))
      : others.every(against);
  return {
    features,
    stable: complete && features.every((feature) => toward(feature) > z * deviation(feature)),
    tiesOf: (feature) =>
      all.filter((other) => other !== feature && !above(feature, other) && !above(other, feature)),
  };
}
