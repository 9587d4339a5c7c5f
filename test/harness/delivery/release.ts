import { duration } from "../lib/text";
import type { AnalysisRun, Rollout } from "./objects";

/** How a release ended, in the controller's words. */
export type Ending = "promoted" | "rolled back" | "paused";

/** Whether the Rollout waits at a step that only a person ends. */
export function waitsForApproval({ spec, status }: Rollout): boolean {
  const step = spec.strategy.canary.steps[status.currentStepIndex ?? -1];
  return (
    step?.pause !== undefined &&
    step.pause.duration === undefined &&
    pausedFor(status, "CanaryPauseStep")
  );
}

/** How the release of a version ended, or undefined while it goes on. */
export function endingOf({ status }: Rollout, hash: string): Ending | undefined {
  if (status.currentPodHash !== hash) return undefined;
  if (status.abort === true) return "rolled back";
  if (status.stableRS === hash && status.phase === "Healthy") return "promoted";
  return pausedFor(status, "InconclusiveAnalysisRun") ? "paused" : undefined;
}

function pausedFor({ pauseConditions = [] }: Rollout["status"], reason: string): boolean {
  return pauseConditions.some((condition) => condition.reason === reason);
}

/** What the controller found in the metrics that decided: `error-ratio Failed: 0.04, 0.06`. */
export function findings(runs: readonly AnalysisRun[]): string {
  const decided = runs.flatMap(({ status }) =>
    status.metricResults.filter(({ phase }) => phase !== "Successful" && phase !== "Running"),
  );
  return decided
    .map(
      ({ name, phase, message, measurements }) =>
        `${name} ${phase}: ${measurements
          .slice(-3)
          .map(({ value, message: said }) => value ?? said ?? "nothing")
          .join(", ")}${message === undefined ? "" : ` (${message})`}`,
    )
    .join("; ");
}

/** What is printed of a release. */
export interface Outcome {
  readonly ending: Ending;
  /** Hash of the version. */
  readonly hash: string;
  /** Milliseconds from the new object to the controller's verdict. */
  readonly milliseconds: number;
  /** Requests that the version got, by itself and as copies, and how many of them failed. */
  readonly requests: number;
  readonly mirrored: number;
  readonly errors: number;
  /** Restarts of its servers. */
  readonly restarts: number;
  /** Largest share of the requests that the version got, in percent. */
  readonly share: number;
  readonly why: string;
}

/** One line on a release. */
export function outcomeLine({
  ending,
  milliseconds,
  requests,
  mirrored,
  errors,
  restarts,
  share,
  why,
}: Outcome): string {
  const seen = `${requests} requests saw the version${mirrored > 0 ? `, ${mirrored} copies` : ""}, ${errors} failed${restarts > 0 ? `, ${restarts} restarts` : ""}`;
  return `${ending} after ${duration(milliseconds)}; ${seen}; at most ${share}% of the requests${why === "" ? "" : `; ${why}`}`;
}
