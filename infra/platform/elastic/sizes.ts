import type { Environment } from "../../../services/contract/environments";

/** How large the log store is. */
export interface LogStoreSize {
  /** Nodes of Elasticsearch; three keep a majority when a zone is gone. */
  readonly nodes: number;
  readonly cpu: string;
  /** Half of it becomes the heap. */
  readonly memory: string;
  /** Volume of each node. */
  readonly storage: string;
  readonly kibanas: number;
  /** Days that lines of training and of the platform are kept, from the end of their index on. */
  readonly otherDays: number;
  /** Days after which such an index ends. */
  readonly otherRolloverDays: number;
}

/**
 * Prod holds 430 days (400 of the contract and the rollover) of 45 requests a second over all
 * models, at an assumed 150 bytes a line on disk, twice, and a fifth of the volumes free. The
 * volume can be made larger while it is in use.
 */
export const sizes = {
  prod: {
    nodes: 3,
    cpu: "1",
    memory: "4Gi",
    storage: "250Gi",
    kibanas: 2,
    otherDays: 30,
    otherRolloverDays: 7,
  },
  dev: {
    nodes: 1,
    cpu: "500m",
    memory: "2Gi",
    storage: "50Gi",
    kibanas: 1,
    otherDays: 7,
    otherRolloverDays: 1,
  },
  local: {
    nodes: 1,
    cpu: "200m",
    memory: "2Gi",
    storage: "10Gi",
    kibanas: 1,
    otherDays: 7,
    otherRolloverDays: 1,
  },
} as const satisfies Record<Environment, LogStoreSize>;
