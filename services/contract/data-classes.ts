import { z } from "zod";
import table from "./data-classes.json";
import { labelKeys } from "./labels";

/** How sensitive data is, in rising order; decides how it is stored and for how long. */
export const dataClasses = ["public", "internal", "confidential", "restricted"] as const;
export type DataClass = (typeof dataClasses)[number];

const dataClass = z.enum(dataClasses);
const rules = z.strictObject({
  holds: z.string(),
  maximumRetentionDays: z.number().int().positive(),
  noncurrentDays: z.number().int().positive(),
  customerKey: z.boolean(),
});
/** `data-classes.json`, which the training steps read too. */
const tables = z
  .strictObject({
    classes: z.strictObject({
      public: rules,
      internal: rules,
      confidential: rules,
      restricted: rules,
    }),
    retention: z.strictObject({ predictionLogs: dataClass, artifacts: dataClass }),
  })
  .parse(table);

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
export const dataClassRules: Readonly<Record<DataClass, DataClassRules>> = tables.classes;

/** Class of what a contract's retention speaks of, where the contract itself does not say it. */
export const retentionClasses = tables.retention;

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
