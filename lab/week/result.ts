import type { Minute } from "./calendar";
import type { Family } from "./detectors";
import type { Kind } from "./events";

/** What one family of detectors made of one kind of event. */
export interface Score {
  readonly kind: Kind;
  readonly family: Family;
  /**
   * Alarms that began in the clean stretch, for each week of it, and the share of it in which one
   * was firing.
   */
  readonly falseAlarmsPerWeek: number;
  readonly shareFiring: number;
  /** The same with few applications, where it was tried. */
  readonly fewFalseAlarmsPerWeek?: number;
  /** Simulated minutes to the first alarm, by event of this kind; null where none came. */
  readonly delays: Readonly<Record<string, number | null>>;
}

/** A line of the timeline of a scenario. */
export interface Told {
  readonly detector: string;
  readonly family: Family;
  readonly labels: string;
  readonly from: Minute;
  readonly to: Minute;
}

export interface ScenarioResult {
  readonly name: string;
  /** Minutes of simulated time since its start. */
  readonly length: Minute;
  readonly events: readonly {
    readonly name: string;
    readonly kind: Kind;
    readonly text: string;
    readonly from: Minute;
    readonly to: Minute;
  }[];
  readonly told: readonly Told[];
}

/** What a real scrape in real time showed. */
export interface ScrapeResult {
  readonly scrapes: number;
  readonly series: number;
  readonly families: number;
  readonly rules: number;
  readonly predictions: number;
}

/** What the week came to, for programs; the page shows the same. */
export interface WeekResult {
  readonly model: string;
  readonly seed: number;
  readonly weeks: number;
  readonly perDay: number;
  readonly fewPerDay: number;
  readonly cleanDays: number;
  readonly predictions: number;
  readonly labels: number;
  readonly queries: number;
  readonly scrape: ScrapeResult;
  readonly scores: readonly Score[];
  readonly scenarios: readonly ScenarioResult[];
  /** Alarms of the clean weeks, the first day included. */
  readonly clean: Pick<ScenarioResult, "length" | "told">;
  readonly seconds: number;
}
