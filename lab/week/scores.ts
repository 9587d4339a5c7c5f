import { detectionDelay, falseAlarmsPerWeek, shareFiring, type Alarm } from "./alarms";
import { instantOf, type Minute } from "./calendar";
import { families, type Detector, type Family } from "./detectors";
import { kinds, type Event, type Kind } from "./events";
import type { Score, Told } from "./result";

/** Alarms by detector. */
export type Found = ReadonlyMap<string, readonly Alarm[]>;

/** A stretch of minutes since the start of everything. */
export interface Stretch {
  readonly from: Minute;
  readonly to: Minute;
}

/** What all detectors of a family found about a kind. */
export function alarmsOf(
  detectors: readonly Detector[],
  found: Found,
  family: Family,
  kind: Kind,
): Alarm[] {
  return detectors
    .filter((one) => one.family === family && one.kind === kind)
    .flatMap(({ name, only = {} }) =>
      (found.get(name) ?? []).filter(({ labels }) =>
        Object.entries(only).every(([label, value]) => labels[label] === value),
      ),
    );
}

export interface Trials {
  readonly detectors: readonly Detector[];
  readonly clean: { readonly found: Found; readonly stretch: Stretch };
  /** Clean time with few applications; only drift is tried there. */
  readonly few: { readonly found: Found; readonly stretch: Stretch };
  readonly scenarios: readonly {
    readonly start: Minute;
    readonly events: readonly Event[];
    readonly found: Found;
  }[];
}

/** A line for each family that has a detector of a kind. */
export function scoresOf({ detectors, clean, few, scenarios }: Trials): Score[] {
  return kinds.flatMap((kind) =>
    families
      .filter((family) => detectors.some((one) => one.kind === kind && one.family === family))
      .map((family): Score => {
        const quiet = alarmsOf(detectors, clean.found, family, kind);
        const [from, to] = [instantOf(clean.stretch.from), instantOf(clean.stretch.to)];
        const tried = (kind === "feature" || kind === "score") && family !== "anomaly bands";
        const delays = scenarios.flatMap(({ start, events, found }) =>
          events
            .filter((event) => event.kind === kind)
            .map(
              (event) =>
                [
                  event.name,
                  detectionDelay(
                    alarmsOf(detectors, found, family, kind),
                    instantOf(start + event.from),
                    instantOf(start + event.to),
                  ) ?? null,
                ] as const,
            ),
        );
        return {
          kind,
          family,
          falseAlarmsPerWeek: falseAlarmsPerWeek(quiet, from, to),
          shareFiring: shareFiring(quiet, from, to),
          ...(tried && {
            fewFalseAlarmsPerWeek: falseAlarmsPerWeek(
              alarmsOf(detectors, few.found, family, kind),
              instantOf(few.stretch.from),
              instantOf(few.stretch.to),
            ),
          }),
          delays: Object.fromEntries(delays),
        };
      }),
  );
}

/** Every alarm that fired within a stretch, in minutes of it. */
export function toldIn(
  detectors: readonly Detector[],
  found: Found,
  { from, to }: Stretch,
): Told[] {
  const minute = (time: number) => (time - instantOf(from)) / 60_000;
  return detectors.flatMap(({ name, family, only = {} }) =>
    (found.get(name) ?? [])
      .filter(({ labels }) =>
        Object.entries(only).every(([label, value]) => labels[label] === value),
      )
      .map((alarm): Told => ({
        detector: name,
        family,
        labels: Object.entries(alarm.labels)
          .filter(([label]) => ["feature", "signal", "attribute", "metric"].includes(label))
          .map(([, value]) => value)
          .join(" "),
        from: minute(alarm.from),
        to: alarm.to === undefined ? to - from : minute(alarm.to),
      })),
  );
}
