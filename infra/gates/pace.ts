import type { Environment } from "../../services/contract/environments";

/** Seconds between two scrapes of a pod: its counts are as old as that at most. */
export const scrapeSeconds = 10;

/** How fast a release goes from its first request to all of them, and how closely it is watched. */
export interface Pace {
  /** Seconds at each step; also how long an A/B test or a shadow phase lasts at least. */
  readonly stepSeconds: number;
  /** Seconds from the first request to the first look at the metrics. */
  readonly firstLookSeconds: number;
  /** Seconds between two looks. */
  readonly lookSeconds: number;
  /** Seconds without a request after which a version counts as having no traffic. */
  readonly windowSeconds: number;
  /** Requests of a version below which a look says nothing good of it. */
  readonly minimumRequests: number;
  /**
   * Looks before full traffic that may find a version neither proven good nor bad, or say nothing of
   * it, before the release pauses for a person.
   */
  readonly undecidedLooks: number;
  /**
   * Seconds between two looks at an A/B test, whose labels come slowly, and looks that may find it
   * undecided before a person is asked.
   */
  readonly experimentLookSeconds: number;
  readonly experimentLooks: number;
  /**
   * Looks in a row that may fail because Prometheus does not answer; the controller tries again
   * after ten seconds. Then the release goes back.
   */
  readonly blindLooks: number;
  /**
   * Seconds that a new version may take from one ready pod to the next; its start probe alone gives
   * it two minutes. Then the release goes back.
   */
  readonly startSeconds: number;
}

/** Pace by environment. */
export const paces = {
  prod: {
    stepSeconds: 600,
    firstLookSeconds: 120,
    lookSeconds: 60,
    windowSeconds: 300,
    minimumRequests: 200,
    undecidedLooks: 60,
    experimentLookSeconds: 3_600,
    experimentLooks: 672,
    blindLooks: 18,
    startSeconds: 600,
  },
  dev: {
    stepSeconds: 120,
    firstLookSeconds: 40,
    lookSeconds: 20,
    windowSeconds: 120,
    minimumRequests: 50,
    undecidedLooks: 45,
    experimentLookSeconds: 300,
    experimentLooks: 288,
    blindLooks: 12,
    startSeconds: 600,
  },
  local: {
    stepSeconds: 30,
    firstLookSeconds: 15,
    lookSeconds: 10,
    windowSeconds: 60,
    minimumRequests: 20,
    undecidedLooks: 12,
    experimentLookSeconds: 10,
    experimentLooks: 30,
    blindLooks: 6,
    startSeconds: 150,
  },
} as const satisfies Record<Environment, Pace>;
