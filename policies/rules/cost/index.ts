import type { Rule } from "../../rule";
import { rule as autoscalerMaximum } from "./autoscaler-maximum";
import { rule as bucketKey } from "./bucket-key";
import { rule as bucketLifecycle } from "./bucket-lifecycle";
import { rule as gpuAsked } from "./gpu-asked";
import { rule as logGroupRetention } from "./log-group-retention";
import { rule as natCount } from "./nat-count";
import { rule as nodePoolConsolidation } from "./node-pool-consolidation";
import { rule as nodePoolLimits } from "./node-pool-limits";
import { rule as platformBudget } from "./platform-budget";
import { rule as providerTags } from "./provider-tags";
import { rule as repositoryLifecycle } from "./repository-lifecycle";

/** Rules of the area cost. */
export const rules: readonly Rule[] = [
  autoscalerMaximum,
  bucketKey,
  bucketLifecycle,
  gpuAsked,
  logGroupRetention,
  natCount,
  nodePoolConsolidation,
  nodePoolLimits,
  platformBudget,
  providerTags,
  repositoryLifecycle,
];
