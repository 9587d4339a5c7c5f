import { seconds } from "../../services/contract/units";

/** Seconds of an objective; text that is no length of time allows none. */
export function secondsOrNone(objective: string): number {
  try {
    return seconds(objective);
  } catch {
    return 0;
  }
}
