import { experiments } from "./experiments";
import type { AnyFamily } from "./family";
import { scores } from "./scores";
import { shadow } from "./shadow";
import { requests } from "./simulate";

/** Every family; each has a file of results in cli/docs/scenarios. */
export const families: readonly AnyFamily[] = [requests, scores, shadow, experiments];
