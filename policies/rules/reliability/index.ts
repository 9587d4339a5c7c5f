import type { Rule } from "../../rule";
import { rule as analysisConditions } from "./analysis-conditions";
import { rule as bucketForceDestroy } from "./bucket-force-destroy";
import { rule as bucketReplication } from "./bucket-replication";
import { rule as bucketVersioning } from "./bucket-versioning";
import { rule as clusterDeletionProtection } from "./cluster-deletion-protection";
import { rule as destinationRuleConnectionPool } from "./destination-rule-connection-pool";
import { rule as destinationRuleOutlierDetection } from "./destination-rule-outlier-detection";
import { rule as entryDrained } from "./entry-drained";
import { rule as entryRecoveryTime } from "./entry-recovery-time";
import { rule as healthCheckDetection } from "./health-check-detection";
import { rule as loadBalancerDeletionProtection } from "./load-balancer-deletion-protection";
import { rule as loadBalancerZones } from "./load-balancer-zones";
import { rule as logStoreNodes } from "./log-store-nodes";
import { rule as natPerZone } from "./nat-per-zone";
import { rule as networkZones } from "./network-zones";
import { rule as recordFailover } from "./record-failover";
import { rule as regionLoss } from "./region-loss";
import { rule as rolloutAnalysis } from "./rollout-analysis";
import { rule as rolloutCanarySteps } from "./rollout-canary-steps";
import { rule as rolloutDisruptionBudget } from "./rollout-disruption-budget";
import { rule as rolloutGracefulTermination } from "./rollout-graceful-termination";
import { rule as rolloutReplicas } from "./rollout-replicas";
import { rule as rolloutZoneSpread } from "./rollout-zone-spread";
import { rule as scaledObjectFallback } from "./scaled-object-fallback";
import { rule as scaledObjectNullValues } from "./scaled-object-null-values";
import { rule as scaledObjectReplicas } from "./scaled-object-replicas";
import { rule as scaledObjectScaleUp } from "./scaled-object-scale-up";
import { rule as targetGroupHealthCheck } from "./target-group-health-check";
import { rule as virtualServiceTimeout } from "./virtual-service-timeout";

/** Every rule of the area reliability. */
export const rules: readonly Rule[] = [
  analysisConditions,
  bucketForceDestroy,
  bucketReplication,
  bucketVersioning,
  clusterDeletionProtection,
  destinationRuleConnectionPool,
  destinationRuleOutlierDetection,
  entryDrained,
  entryRecoveryTime,
  healthCheckDetection,
  loadBalancerDeletionProtection,
  loadBalancerZones,
  logStoreNodes,
  natPerZone,
  networkZones,
  recordFailover,
  regionLoss,
  rolloutAnalysis,
  rolloutCanarySteps,
  rolloutDisruptionBudget,
  rolloutGracefulTermination,
  rolloutReplicas,
  rolloutZoneSpread,
  scaledObjectFallback,
  scaledObjectNullValues,
  scaledObjectReplicas,
  scaledObjectScaleUp,
  targetGroupHealthCheck,
  virtualServiceTimeout,
];
