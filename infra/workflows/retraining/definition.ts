import type { RoleKey } from "../../../services/evidence/approvals";
import type { Contract } from "../../../services/contract/contract";
import type { Environment } from "../../../services/contract/environments";
import { namespaces, ownLabels, partOf } from "../../kubernetes/labels";
import { annotationPrefix } from "../../../services/contract/labels";

/** The audit ledger, as a program of the image of the promoter opens it. */
export interface LedgerPlace {
  /** A folder, or `s3://bucket/prefix`. */
  readonly ledger: string;
  /** Key that its checkpoints are verified by, `awskms:///...`. @default it has none */
  readonly checkpointKey?: string;
}

/** The options by which those programs open it. */
export function ledgerOptions({ ledger, checkpointKey }: LedgerPlace): string[] {
  return [
    `--ledger=${ledger}`,
    ...(checkpointKey === undefined ? [] : [`--checkpoint-key=${checkpointKey}`]),
  ];
}

/** Where the artefacts of retraining live: folders, as `s3://bucket/prefix` or `file:///folder`. */
export interface Locations extends LedgerPlace {
  /** One folder per run, and the admissions beside them. */
  readonly runs: string;
  /** Releases that a run made and that are not promoted yet. */
  readonly candidates: string;
  /** The releases in use: what a challenger must beat. */
  readonly champions: string;
  /**
   * Where the promoters of other regions find what they are asked for. @default nowhere: there is
   * one region
   */
  readonly orders?: string;
  /** Where the home region's erasure asks the others. @default nowhere: there is one region */
  readonly erasures?: string;
  /**
   * Key that signs releases, such as `awskms:///alias/<name>`. @default they are unsigned, and prod
   * takes none
   */
  readonly signingKey?: string;
}

/** What the retraining of one model is made from; plain values only. */
export interface RetrainingSettings {
  readonly contract: Contract;
  readonly environment: Environment;
  readonly locations: Locations;
  /**
   * Regions in the order in which they take a release: drained ones, which may be home, come last.
   */
  readonly regions: readonly string[];
  /** Region in which the runs happen, one of them. */
  readonly home: string;
  /**
   * Keys of the people who approve, by role: the promoter counts no approval without the signature
   * of one of its role.
   */
  readonly approverKeys: readonly RoleKey[];
  /** Public keys (PEM), one of which must have signed a release. */
  readonly trustedKeys: readonly string[];
}

/** Images of a run's steps, by digest. */
export interface RetrainingImages<Image> {
  /** The training steps. */
  readonly training: Image;
  /** The promoter. */
  readonly delivery: Image;
}

/** Names of a model's retraining objects. */
export function retrainingNames(model: string) {
  return {
    template: `${model}-retraining`,
    schedule: `${model}-retraining`,
    sensor: `${model}-retraining`,
    mutex: `${model}-retraining`,
  };
}

/** What asked for a run. */
export const triggers = { schedule: "schedule", alert: "alert", erasure: "erasure" } as const;

/** Labels of a model's retraining objects and of the workflows that they start. */
export function retrainingLabels(model: string): Record<string, string> {
  return {
    "app.kubernetes.io/name": model,
    "app.kubernetes.io/component": "retraining",
    ...partOf,
    [`${annotationPrefix}/model`]: model,
  };
}

/** Metadata of an object in the namespace of training. */
export function trainingMetadata(model: string, name: string) {
  return {
    name,
    namespace: namespaces.training,
    labels: { ...retrainingLabels(model), ...ownLabels },
  };
}

/** Seconds in an hour, in which deadlines are thought. */
const hour = 3_600;

/**
 * Deadlines in seconds. A person has three days, so that a run of a Friday finds its approval on
 * Monday.
 */
export const deadlines = {
  /** One step with all its tries. */
  step: 2 * hour,
  /** All steps up to the candidate. */
  training: 6 * hour,
  approval: 72 * hour,
  /**
   * One region's verdict; a Rollout that needs a person at its gate waits as long as an approval.
   */
  region: 74 * hour,
} as const;

/** Deadline of a whole run, in seconds. */
export function runDeadline({
  contract,
  regions,
}: Pick<RetrainingSettings, "contract" | "regions">): number {
  return (
    deadlines.training +
    (contract.release.channel === "approval" ? deadlines.approval : 0) +
    regions.length * deadlines.region
  );
}

/**
 * Everything that is wrong with the arguments of a retraining, each with the value got and what is
 * allowed.
 */
export function retrainingProblems({
  contracts,
  locations,
  regions,
  region,
}: {
  readonly contracts: readonly Contract[];
  readonly locations: Locations;
  readonly regions: readonly string[];
  readonly region: string;
}): string[] {
  const long = contracts
    .map(({ name }) => retrainingNames(name).schedule)
    .filter((name) => name.length > maximumScheduleName);
  return [
    ...(regions.length > 0 ? [] : ["regions (none) must name at least one region"]),
    ...(regions.length === 0 || regions.includes(region)
      ? []
      : [
          `region (${region}) must be one of the regions that take a release: ${regions.join(", ")}`,
        ]),
    ...(regions.length < 2 || locations.orders !== undefined
      ? []
      : [
          `locations.orders (none) must be given, since there are several regions: ${regions.join(", ")}`,
        ]),
    ...Object.entries(locations)
      .filter(([, location]) => location.endsWith("/"))
      .map(([key, location]) => `locations.${key} (${location}) must not end with a slash`),
    ...long.map(
      (name) =>
        `the name ${name} (${name.length} characters) must be at most ${maximumScheduleName} characters, or its workflows' names are too long for a label: shorten the model's name`,
    ),
  ];
}

/**
 * Argo Workflows names the runs of a schedule by it and 11 characters more, and Kubernetes takes 63
 * for a label's value; it refuses longer schedules itself.
 */
export const maximumScheduleName = 52;
