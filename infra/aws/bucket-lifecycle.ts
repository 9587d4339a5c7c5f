import type * as inputs from "@pulumi/aws/types/input";
import { dataClassRules } from "../../services/contract/data-classes";
import { storeClasses } from "../kubernetes/data-classes";
import type { BucketPurpose } from "../kubernetes/labels";
import { auditRecords, orderFolders, snapshotPrefix, trailPrefix } from "./bucket-policy";

type LifecycleRule = inputs.s3.BucketLifecycleConfigurationRule;

/** Uploads that were begun and never finished cost storage and show in no listing. */
const abandonedUploads: LifecycleRule = {
  id: "abandoned-uploads",
  status: "Enabled",
  filter: {},
  abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
};

/**
 * Lifecycle rules of a bucket. The lake is kept as long as its class may be, the runs of a model,
 * which hold prepared rows, as long as its contract says; candidates and releases hold no rows, and
 * one in use must not expire by age. What was deleted or replaced goes after the days of the
 * bucket's class. The trail's files expire once their lock is over. The ledger does not, because a
 * chain needs its first entry, nor do the log store's snapshots, because one shares objects with
 * older ones: Elasticsearch ends them, and the lock keeps what it ended.
 */
export function lifecycleRules(purpose: BucketPurpose | "logs", kept: Kept): LifecycleRule[] {
  return [abandonedUploads, ...rulesOf[purpose](kept)];
}

/** How long objects are kept, in days. */
export interface Kept {
  /** The audit retention; also that of the log bucket. */
  readonly auditDays: number;
  /** Prepared rows of each model, by its name; see the contract's `retention.trainingData`. */
  readonly runDays: Readonly<Record<string, number>>;
}

/** Folder of the artefact bucket with a folder of runs for each model. */
export const runsFolder = "runs";

/**
 * Orders and answers of an erasure name a subject, also in the copies of other regions. An order that nobody closed ends with the month of GDPR Art. 12(3), one that was closed within
 * days.
 */
const erasureOrders: LifecycleRule = {
  id: "end-of-erasures",
  status: "Enabled",
  filter: { prefix: `${orderFolders.erasures}/` },
  expiration: { days: 30 },
  noncurrentVersionExpiration: { noncurrentDays: 1 },
};

/** Folders of the audit bucket whose objects go to cheaper storage in time. */
const archived = [trailPrefix, ...auditRecords] as const;

const rulesOf = {
  data: () => [
    tiering,
    {
      id: "end-of-retention",
      status: "Enabled",
      filter: {},
      expiration: { days: dataClassRules[storeClasses.data].maximumRetentionDays },
    },
    superseded(dataClassRules[storeClasses.data].noncurrentDays),
  ],
  artifacts: ({ runDays }) => [
    tiering,
    ...Object.entries(runDays).map(([model, days]): LifecycleRule => ({
      id: `end-of-runs-${model}`,
      status: "Enabled",
      filter: { prefix: `${runsFolder}/${model}/` },
      expiration: { days },
    })),
    erasureOrders,
    superseded(dataClassRules[storeClasses.artifacts].noncurrentDays),
  ],
  audit: ({ auditDays: retentionDays }) => [
    ...archived.map((folder): LifecycleRule => ({
      id: `archive-${folder}`,
      status: "Enabled",
      filter: { prefix: `${folder}/` },
      transitions: [{ days: 90, storageClass: "GLACIER_IR" }],
    })),
    // A ledger without its first entries proves nothing: its objects stay.
    {
      id: `end-of-retention-${trailPrefix}`,
      status: "Enabled",
      filter: { prefix: `${trailPrefix}/` },
      expiration: { days: retentionDays + 1 },
    },
    superseded(retentionDays + 1),
    {
      id: "ended-snapshots",
      status: "Enabled",
      filter: { prefix: `${snapshotPrefix}/` },
      expiration: { expiredObjectDeleteMarker: true },
    },
  ],
  logs: ({ auditDays }) => [
    {
      id: "end-of-retention",
      status: "Enabled",
      filter: {},
      expiration: { days: auditDays },
      noncurrentVersionExpiration: { noncurrentDays: 30 },
    },
  ],
} satisfies Record<BucketPurpose | "logs", (kept: Kept) => LifecycleRule[]>;

/**
 * Training sets and models are read in bursts; S3 then moves what rests to cheaper tiers without a
 * retrieval fee.
 */
const tiering: LifecycleRule = {
  id: "tiering",
  status: "Enabled",
  filter: {},
  transitions: [{ days: 30, storageClass: "INTELLIGENT_TIERING" }],
};

function superseded(noncurrentDays: number): LifecycleRule {
  return {
    id: "superseded",
    status: "Enabled",
    filter: {},
    noncurrentVersionExpiration: { noncurrentDays },
  };
}
