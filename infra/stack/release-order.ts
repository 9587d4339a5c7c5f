import type { StackConfig } from "./schema";

/**
 * Regions in the order in which a release reaches them: those in service as the stack file lists
 * them, then the drained ones. A drained region has no requests that could prove a release, so
 * nothing may wait for it.
 */
export function releaseOrder(regions: StackConfig["regions"]): StackConfig["regions"] {
  return [
    ...regions.filter(({ drained }) => drained === undefined),
    ...regions.filter(({ drained }) => drained !== undefined),
  ];
}
