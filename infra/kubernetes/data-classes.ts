import { classificationMarks, type DataClass } from "../../services/contract/data-classes";
import type { BucketPurpose } from "./labels";

/**
 * Class of the most sensitive thing that each kind of store holds. Runs lie in the artefact bucket,
 * and with them prepared rows.
 */
export const storeClasses = {
  data: "restricted",
  artifacts: "restricted",
  audit: "confidential",
  logs: "internal",
  images: "internal",
  metrics: "internal",
  systemLogs: "internal",
  /** Lines of predictions with pseudonyms. */
  logStore: "confidential",
  /** Runs, and with them prepared rows, where there is no bucket. */
  lake: "restricted",
} as const satisfies Record<
  BucketPurpose | "logs" | "images" | "metrics" | "systemLogs" | "logStore" | "lake",
  DataClass
>;
export type Store = keyof typeof storeClasses;

/** Tag of an AWS resource that says the class of what it holds. */
export function classTags(store: Store): Record<string, string> {
  return { [classificationMarks.tag]: storeClasses[store] };
}

/** Label of a Kubernetes object that says the class of what it holds. */
export function classLabels(store: Store): Record<string, string> {
  return { [classificationMarks.label]: storeClasses[store] };
}
