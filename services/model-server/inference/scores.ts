/** What a score may be, both ends included. */
export interface ScoreRange {
  readonly least: number;
  readonly most: number;
}

export const probabilities: ScoreRange = { least: 0, most: 1 };

/**
 * By how much float32 sums may miss the ends: forests add up the shares of their trees, and reach
 * 1.0000001.
 */
const rounding = 1e-5;

/**
 * Index of the first value that is no score, NaN among them; undefined where all are. A value that
 * only rounding put outside is set to the end that it missed.
 */
export function firstBadScore(
  scores: Float32Array,
  { least, most }: ScoreRange,
): number | undefined {
  for (let i = 0; i < scores.length; i += 1) {
    const score = scores[i] ?? NaN;
    if (score >= least && score <= most) continue;
    if (score >= least - rounding && score < least) scores[i] = least;
    else if (score > most && score <= most + rounding) scores[i] = most;
    else return i;
  }
  return undefined;
}
