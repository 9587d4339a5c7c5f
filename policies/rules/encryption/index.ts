import type { Rule } from "../../rule";
import { rule as bucketKms } from "./bucket-kms";
import { rule as bucketReplication } from "./bucket-replication";
import { rule as bucketTls } from "./bucket-tls";
import { rule as clusterSecrets } from "./cluster-secrets";
import { rule as destinationTls } from "./destination-tls";
import { rule as gatewayTls } from "./gateway-tls";
import { rule as keyDeletionWindow } from "./key-deletion-window";
import { rule as keyMultiRegion } from "./key-multi-region";
import { rule as keyRotation } from "./key-rotation";
import { rule as listenerRedirect } from "./listener-redirect";
import { rule as listenerTls } from "./listener-tls";
import { rule as logGroupKms } from "./log-group-kms";
import { rule as logStoreTls } from "./log-store-tls";
import { rule as logStoreVolumes } from "./log-store-volumes";
import { rule as meshDefault } from "./mesh-default";
import { rule as meshInjection } from "./mesh-injection";
import { rule as meshStrict } from "./mesh-strict";
import { rule as nodeClassStorage } from "./node-class-storage";
import { rule as nodeTransit } from "./node-transit";
import { rule as queueKms } from "./queue-kms";
import { rule as repositoryKms } from "./repository-kms";
import { rule as secretKms } from "./secret-kms";
import { rule as storageClassKms } from "./storage-class-kms";
import { rule as targetGroupTls } from "./target-group-tls";
import { rule as topicKms } from "./topic-kms";
import { rule as trailKms } from "./trail-kms";
import { rule as volumeKms } from "./volume-kms";
import { rule as workspaceKms } from "./workspace-kms";

/** Rules of the area encryption. */
export const rules: readonly Rule[] = [
  bucketKms,
  bucketReplication,
  bucketTls,
  clusterSecrets,
  destinationTls,
  gatewayTls,
  keyDeletionWindow,
  keyMultiRegion,
  keyRotation,
  listenerRedirect,
  listenerTls,
  logGroupKms,
  logStoreTls,
  logStoreVolumes,
  meshDefault,
  meshInjection,
  meshStrict,
  nodeClassStorage,
  nodeTransit,
  queueKms,
  repositoryKms,
  secretKms,
  storageClassKms,
  targetGroupTls,
  topicKms,
  trailKms,
  volumeKms,
  workspaceKms,
];
