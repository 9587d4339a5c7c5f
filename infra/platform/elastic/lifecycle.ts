import { policies, repositoryName, streams } from "./objects";

/**
 * Shortest time that prediction logs are kept, whatever a contract says: six months (EU AI Act Art.
 * 19(1), 26(6)).
 */
export const minimumPredictionDays = 183;
/**
 * Days after which a new index begins. Lines are kept from the end of their index on, so they live
 * up to this much longer.
 */
export const predictionRolloverDays = 30;
/** Days that a snapshot is kept: long enough to find out that something was lost. */
export const snapshotDays = 35;

/** Where snapshots go. */
export interface SnapshotLocation {
  readonly bucket: string;
  /** Start of the keys of the repository's objects, without a slash at either end. */
  readonly basePath: string;
}

/**
 * A lifecycle that keeps every line for at least so many days and deletes its index after that,
 * with snapshots only once it is in one.
 */
export function lifecyclePolicy(days: number, rolloverDays: number, snapshots: boolean) {
  return {
    policy: {
      phases: {
        hot: {
          actions: {
            rollover: { max_age: `${rolloverDays}d`, max_primary_shard_size: "25gb" },
            set_priority: { priority: 100 },
          },
        },
        warm: {
          min_age: "1d",
          actions: {
            readonly: {},
            forcemerge: { max_num_segments: 1 },
            set_priority: { priority: 50 },
          },
        },
        delete: {
          min_age: `${days}d`,
          actions: {
            ...(snapshots && { wait_for_snapshot: { policy: policies.snapshots } }),
            delete: {},
          },
        },
      },
    },
  };
}

/** The repository; encryption is the bucket's own, with the customer-managed key. */
export function snapshotRepository({ bucket, basePath }: SnapshotLocation) {
  return { type: "s3", settings: { bucket, base_path: basePath, compress: true } };
}

/**
 * Streams that are copied: not the one that names subjects, for from a locked snapshot nobody can
 * be erased.
 */
const copied = [streams.predictions, streams.training, streams.platform];

/**
 * A snapshot of the copied streams each night, without passwords and settings, which the program
 * makes anew. A stream that has no line yet is no failure.
 */
export function snapshotPolicy() {
  return {
    schedule: "0 30 1 * * ?",
    name: "<logs-{now/d}>",
    repository: repositoryName,
    config: {
      indices: copied,
      ignore_unavailable: true,
      include_global_state: false,
      feature_states: ["none"],
    },
    retention: { expire_after: `${snapshotDays}d`, min_count: 7, max_count: 100 },
  };
}
