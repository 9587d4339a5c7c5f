import { verdictSchema, type Outcome, type Verdict } from "../../services/evidence/verdict";
import { roleOf } from "../../services/delivery/pause";
import type { Entry } from "../../services/evidence/ledger";
import { VerbError } from "../exit-codes";
import {
  imageDigestOf,
  observed,
  regionOf,
  type Rollout,
  type RolloutStatus,
} from "../../services/delivery/live-rollout";
import { releaseOf, type AnalysisRun, type ReplicaSet } from "./objects";
import { versionHashLabel } from "../../infra/kubernetes/model-objects";

/** What a verdict is made from. */
export interface Trial {
  readonly model: string;
  readonly strategy: Verdict["strategy"];
  readonly rollout: Rollout;
  readonly analysisRuns: readonly AnalysisRun[];
  readonly replicaSets: readonly ReplicaSet[];
  /** The ledger, for approvals. */
  readonly entries: readonly Entry[];
  readonly recordedBy: string;
  readonly now: Date;
}

/** A rollout that has not ended. */
export class NoVerdictYet extends VerbError {
  override readonly name = "NoVerdictYet";

  constructor(message: string) {
    super(message, 3);
  }
}

const revisionAnnotation = "rollout.argoproj.io/revision";

/** The verdict over the version that a Rollout names. Throws NoVerdictYet while it is on trial. */
export function verdictOf({
  model,
  strategy,
  rollout,
  analysisRuns,
  replicaSets,
  entries,
  recordedBy,
  now,
}: Trial): Verdict {
  const status = ended(rollout);
  const release = releaseOf(rollout);
  const digest = imageDigestOf(rollout);
  const region = regionOf(rollout);
  // A version that comes back has the hash that it had: only the analyses of this revision are of
  // this trial.
  const revision = rollout.metadata.annotations[revisionAnnotation];
  const runs = analysisRuns.filter(
    (run) => run.metadata.annotations[revisionAnnotation] === revision,
  );
  const { outcome, message } = endingOf(rollout, status, runs);
  return verdictSchema.parse({
    model,
    version: release.version,
    digest,
    region,
    outcome,
    message,
    strategy,
    podTemplateHash: status.currentPodHash,
    startedAt: utc(startOf(status.currentPodHash, runs, replicaSets) ?? now),
    finishedAt: utc(endOf(status, outcome) ?? now),
    card: { path: `services/models/${model}/release/model-card.md`, digest: release.digests.card },
    analyses: runs.map(analysisOf),
    approvals: approvalsOf(entries, {
      model,
      region,
      digest,
      podTemplateHash: status.currentPodHash,
    }),
    recordedBy,
    recordedAt: utc(now),
  });
}

function ended(rollout: Rollout): RolloutStatus {
  const status = observed(rollout);
  if (status === undefined)
    throw new NoVerdictYet(
      `${rollout.metadata.name}: the controller has not seen the newest change yet`,
    );
  const promoted = status.phase === "Healthy" && status.stableRS === status.currentPodHash;
  if (!promoted && !status.abort && status.phase !== "Degraded")
    throw new NoVerdictYet(
      `${rollout.metadata.name} is still on trial: ${[status.phase, status.message].filter((text) => text !== "").join(", ")}`,
    );
  return status;
}

/**
 * How a rollout ended and why. The controller's own reasons follow the revision in its message
 * (`... to revision 2: Metric "errors" assessed Failed`); a person's abort has none, and neither
 * has a missed start deadline, once the controller has looked again.
 */
function endingOf(
  rollout: Rollout,
  { phase, abort, message, stableRS, currentPodHash }: RolloutStatus,
  runs: readonly AnalysisRun[],
): { readonly outcome: Outcome; readonly message: string } {
  if (phase === "Healthy" && !abort && stableRS === currentPodHash)
    return { outcome: "promoted", message: "" };
  const judged = runs.some(({ status }) => status?.phase === "Failed" || status?.phase === "Error");
  if (judged || /revision \d+: |ProgressDeadlineExceeded|timed out/.test(message))
    return { outcome: "rolled-back", message };
  // Of the controller's reasons to abort, analyses and the deadline are those that our steps have.
  if (abortedByController(rollout))
    return {
      outcome: "rolled-back",
      message: `${message}: its pods were not ready within the start deadline of ${rollout.spec.progressDeadlineSeconds} s`,
    };
  return { outcome: "aborted", message };
}

function startOf(
  hash: string,
  runs: readonly AnalysisRun[],
  replicaSets: readonly ReplicaSet[],
): string | undefined {
  return (
    runs[0]?.metadata.creationTimestamp ??
    replicaSets.find(({ metadata }) => metadata.labels[versionHashLabel] === hash)?.metadata
      .creationTimestamp
  );
}

function endOf({ abortedAt, conditions }: RolloutStatus, outcome: Outcome): string | undefined {
  if (outcome !== "promoted") return abortedAt;
  const since = (type: string) =>
    conditions.find((condition) => condition.type === type && condition.status === "True")
      ?.lastTransitionTime;
  return since("Completed") ?? since("Healthy");
}

/** Argo Rollouts keeps the query with its arguments filled in under this key. */
const queryKey = "ResolvedPrometheusQuery";

function analysisOf({ metadata, status }: AnalysisRun) {
  return {
    name: metadata.name,
    phase: status?.phase ?? "",
    metrics: (status?.metricResults ?? []).map(
      ({
        name,
        phase,
        message,
        successful,
        failed,
        inconclusive,
        error,
        measurements,
        metadata: own,
      }) => {
        const last = measurements.at(-1);
        const query = own[queryKey] ?? last?.metadata[queryKey];
        return {
          metric: name,
          phase,
          ...(last?.value !== undefined && { value: last.value }),
          looks: { successful, failed, inconclusive, error },
          ...(query !== undefined && { query }),
          ...(message !== undefined && message !== "" && { message }),
        };
      },
    ),
  };
}

/** Approvals on record of one version's trial in one region, and of its image before the trial. */
export function approvalsOf(
  entries: readonly Entry[],
  of: {
    readonly model: string;
    readonly region: string;
    readonly digest: string;
    readonly podTemplateHash: string;
  },
) {
  return entries
    .filter(
      ({ action, subject, details }) =>
        action === "approve" &&
        subject === of.model &&
        details["digest"] === of.digest &&
        (details["podTemplateHash"] ?? of.podTemplateHash) === of.podTemplateHash &&
        (details["region"] ?? of.region) === of.region,
    )
    .map(({ actor, details, time, hash }) => ({
      actor,
      role: roleOf(details),
      reason: details["reason"],
      at: time,
      ledger: hash,
    }));
}

function utc(time: string | Date): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
}

/**
 * Whether the controller itself ended the rollout. Its status does not say: the reason of a missed
 * start deadline stands there for a moment and is then overwritten by the words that a person's
 * abort has. But the API server keeps who set which field, and `currentPodHash` is set by the
 * controller alone.
 */
function abortedByController({ metadata }: Pick<Rollout, "metadata">): boolean {
  const owners = (field: string) =>
    metadata.managedFields
      .filter(({ fieldsV1 }) => fieldsV1["f:status"]?.[`f:${field}`] !== undefined)
      .map(({ manager }) => manager);
  const controllers = new Set(owners("currentPodHash"));
  return owners("abort").some((manager) => controllers.has(manager));
}
