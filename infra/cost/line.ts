/** One planned resource: what the engine, the offline plan or a test gives. */
export interface PricedResource {
  readonly type: string;
  readonly name: string;
  /** Region, or `global`. */
  readonly region: string;
  readonly props: Readonly<Record<string, unknown>>;
}

/** Something that a resource is charged for, before rounding. */
export interface CostItem {
  /** What is charged, with its amount, e.g. `3 zones`. */
  readonly item: string;
  readonly monthlyUsd: number;
}
