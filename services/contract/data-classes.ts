import { labelKeys } from "./labels";
/** How sensitive data is, in rising order; decides how it is stored and for how long. */
export const dataClasses = ["public", "internal", "confidential", "restricted"] as const;
export type DataClass = (typeof dataClasses)[number];

/** What a class asks of every store that holds it. */
export interface DataClassRules {
  /** One sentence for people. */
  readonly holds: string;
  /** Longest time that an item may be kept, in days; a contract may say less, never more. */
  readonly maximumRetentionDays: number;
  /**
   * Longest time that a deleted or replaced version may stay, in days, where no lock of the law
   * keeps it.
   */
  readonly noncurrentDays: number;
  /** Whether it is encrypted with a key that the customer manages. */
  readonly customerKey: boolean;
}

/**
 * The one table of retention and storage: buckets and their lifecycle, contracts, policies and
 * docs/privacy.md follow it. 30 days for deleted rows of persons is the month in which an erasure
 * must be done (GDPR Art. 12(3)). The longest times are choices of this platform (GDPR Art. 5(1)(e)
 * asks for a limit and names none): change them here.
 */
export const dataClassRules = {
  public: {
    holds: "what anybody may read",
    maximumRetentionDays: 3_650,
    noncurrentDays: 365,
    customerKey: false,
  },
  internal: {
    holds: "images, metrics and access logs: nothing about a person",
    maximumRetentionDays: 3_650,
    noncurrentDays: 365,
    customerKey: false,
  },
  confidential: {
    holds: "models and their evidence, prediction logs with pseudonyms, the audit trail",
    maximumRetentionDays: 1_825,
    noncurrentDays: 90,
    customerKey: true,
  },
  restricted: {
    holds: "rows of persons: source data, prepared data, feedback",
    maximumRetentionDays: 1_095,
    noncurrentDays: 30,
    customerKey: true,
  },
} as const satisfies Record<DataClass, DataClassRules>;

/** Class of what a contract's retention speaks of, where the contract itself does not say it. */
export const retentionClasses = {
  predictionLogs: "confidential",
  artifacts: "confidential",
} as const satisfies Record<string, DataClass>;

/** Whether `one` is more sensitive than `other`. */
export function moreSensitive(one: DataClass, other: DataClass): boolean {
  return dataClasses.indexOf(one) > dataClasses.indexOf(other);
}

/**
 * Label of Kubernetes objects, and tag of AWS resources, that says the class of what a store holds.
 */
export const classificationMarks = {
  label: labelKeys.classification,
  tag: "causeway:classification",
} as const;
