/** The two halves of the subjects in an A/B test. */
export type Arm = "challenger" | "champion";

/** First hexadecimal digits of the challenger's half, as a character class; routes are matched with it. */
export const challengerDigits = "[0-7]";

/** The half that a subject is in, by its keyed hash in hexadecimal; the same on every replica, in every region, and after a restart. */
export function armOf(subject: string): Arm {
  return subject >= "0" && subject < "8" ? "challenger" : "champion";
}
