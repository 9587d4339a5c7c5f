import type { Rule } from "../../rule";
import { rule as alertAnnotations } from "./alert-annotations";
import { rule as bucketLogs } from "./bucket-logs";
import { rule as clusterLogs } from "./cluster-logs";
import { rule as firewallLogs } from "./firewall-logs";
import { rule as firewallMetrics } from "./firewall-metrics";
import { rule as loadBalancerLogs } from "./load-balancer-logs";
import { rule as meshTelemetry } from "./mesh-telemetry";
import { rule as monitorScope } from "./monitor-scope";
import { rule as rolloutMetrics } from "./rollout-metrics";
import { rule as threatDetection } from "./threat-detection";
import { rule as trailDataEvents } from "./trail-data-events";
import { rule as trailPresent } from "./trail-present";
import { rule as trailRegions } from "./trail-regions";
import { rule as trailValidation } from "./trail-validation";
import { rule as vpcFlowLogs } from "./vpc-flow-logs";

/** Rules of the area observability. */
export const rules: readonly Rule[] = [
  alertAnnotations,
  bucketLogs,
  clusterLogs,
  firewallLogs,
  firewallMetrics,
  loadBalancerLogs,
  meshTelemetry,
  monitorScope,
  rolloutMetrics,
  threatDetection,
  trailDataEvents,
  trailPresent,
  trailRegions,
  trailValidation,
  vpcFlowLogs,
];
