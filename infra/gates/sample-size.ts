import { normalQuantile } from "./statistics";

/** Probability with which a test is said to find a difference. */
export const power = 0.8;

/**
 * Requests of each arm after which a difference of `effect` standard deviations is found with
 * probability `power`, however often one looks (the mixture test at its end), and with a fixed
 * horizon of the same error and power. `spread` is the mixture's.
 */
export function requestsNeeded({
  effect,
  significance,
  power,
  spread,
}: {
  readonly effect: number;
  readonly significance: number;
  readonly power: number;
  readonly spread: number;
}) {
  const late = normalQuantile(1 - power);
  const fixed = Math.ceil((2 * (normalQuantile(significance / 2) + late) ** 2) / effect ** 2);
  const found = (requests: number) => {
    const variance = 2 / requests;
    const wider = variance + spread ** 2;
    const boundary = Math.sqrt(
      ((2 * wider) / spread ** 2) * (Math.log(1 / significance) + 0.5 * Math.log(wider / variance)),
    );
    return effect / Math.sqrt(variance) - boundary >= late;
  };
  let [low, high] = [1, fixed];
  while (!found(high)) high *= 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (found(middle)) high = middle;
    else low = middle;
  }
  return { fixed, sequential: high };
}
