import type { StackConfig } from "../../infra/config/schema";
import { recoveryBudget, type RecoveryBudget } from "../../infra/recovery";
import { loadContract, loadRelease } from "../../services/contract/load";
import type { Contract } from "../../services/contract/contract";
import type { Release } from "../../services/contract/release";
import { seconds } from "../../services/contract/units";

/** The recovery-time budget of a stack and the objective that it must meet. */
export interface RecoveryFigures extends RecoveryBudget {
  readonly objectiveSeconds: number;
  /** Whether there is another region to fail over to. */
  readonly failsOver: boolean;
}

/** The recovery-time budget; absent where the stack declares no objective. */
export function recoveryFigures({ recovery, regions }: StackConfig): RecoveryFigures | undefined {
  if (recovery === undefined) return undefined;
  return { ...recoveryBudget(recovery), objectiveSeconds: seconds(recovery.rto), failsOver: regions.length > 1 };
}

/** A release that the stack serves, with the contract that it was held against. */
export interface PlannedRelease {
  readonly contract: Contract;
  readonly release: Release;
}

/** The releases of the stack's models. */
export function plannedReleases(config: StackConfig, modelsFolder: string): PlannedRelease[] {
  return config.models.map(({ name }) => ({ contract: loadContract(modelsFolder, name), release: loadRelease(modelsFolder, name) }));
}
