import type * as inputs from "@pulumi/aws/types/input";
import type { BucketPurpose } from "../vocabulary";
import { snapshotPrefix, trailPrefix } from "./bucket-policy";

type LifecycleRule = inputs.s3.BucketLifecycleConfigurationRule;

/** Uploads that were begun and never finished cost storage and show in no listing. */
const abandonedUploads: LifecycleRule = { id: "abandoned-uploads", status: "Enabled", filter: {}, abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } };

/**
 * Lifecycle rules of a bucket. Data and artifacts are never expired here while current: how long they are kept is said by each
 * model's contract, and the training steps delete by it. Audit objects expire once their lock is over; those of the log store's
 * snapshots do not, because a snapshot shares objects with older ones: Elasticsearch ends them, and the lock keeps what it ended.
 * @param retentionDays Days of the audit retention.
 */
export function lifecycleRules(purpose: BucketPurpose | "logs", retentionDays: number): LifecycleRule[] {
  return [abandonedUploads, ...rulesOf[purpose](retentionDays)];
}

/** Folders of the audit bucket whose objects end with their lock. A folder that is not listed is kept for ever, which is the safe mistake. */
const auditFolders = [trailPrefix, "ledger", "approvals"] as const;

const rulesOf = {
  data: () => [tiering, superseded(90)],
  artifacts: () => [tiering, superseded(365)],
  audit: (retentionDays) => [
    ...auditFolders.flatMap((folder): LifecycleRule[] => [
      { id: `archive-${folder}`, status: "Enabled", filter: { prefix: `${folder}/` }, transitions: [{ days: 90, storageClass: "GLACIER_IR" }] },
      { id: `end-of-retention-${folder}`, status: "Enabled", filter: { prefix: `${folder}/` }, expiration: { days: retentionDays + 1 } },
    ]),
    superseded(retentionDays + 1),
    { id: "ended-snapshots", status: "Enabled", filter: { prefix: `${snapshotPrefix}/` }, expiration: { expiredObjectDeleteMarker: true } },
  ],
  logs: (retentionDays) => [{ id: "end-of-retention", status: "Enabled", filter: {}, expiration: { days: retentionDays }, noncurrentVersionExpiration: { noncurrentDays: 30 } }],
} satisfies Record<BucketPurpose | "logs", (retentionDays: number) => LifecycleRule[]>;

/** Training sets and models are read in bursts; S3 then moves what rests to cheaper tiers without a retrieval fee. */
const tiering: LifecycleRule = { id: "tiering", status: "Enabled", filter: {}, transitions: [{ days: 30, storageClass: "INTELLIGENT_TIERING" }] };

function superseded(noncurrentDays: number): LifecycleRule {
  return { id: "superseded", status: "Enabled", filter: {}, noncurrentVersionExpiration: { noncurrentDays } };
}
