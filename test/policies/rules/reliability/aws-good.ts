import type { Props } from "../../../support/rule-suite";

const key = "arn:aws:kms:eu-west-1:111122223333:key/mrk-1";

/** A cluster that satisfies every rule. */
export const goodCluster: Props = {
  name: "example-prod",
  version: "1.35",
  deletionProtection: true,
  bootstrapSelfManagedAddons: false,
  accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
  vpcConfig: {
    endpointPrivateAccess: true,
    endpointPublicAccess: false,
    subnetIds: ["subnet-1", "subnet-2", "subnet-3"],
  },
  encryptionConfig: { resources: ["secrets"], provider: { keyArn: key } },
  enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
  computeConfig: { enabled: true },
  storageConfig: { blockStorage: { enabled: true } },
  kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true } },
  upgradePolicy: { supportType: "STANDARD" },
  tags: {},
};

/** A load balancer that satisfies every rule. */
export const goodBalancer: Props = {
  loadBalancerType: "application",
  internal: false,
  subnets: ["subnet-1", "subnet-2", "subnet-3"],
  securityGroups: ["sg-1"],
  enableDeletionProtection: true,
  dropInvalidHeaderFields: true,
  desyncMitigationMode: "strictest",
  accessLogs: { enabled: true, bucket: "example-logs", prefix: "alb" },
  connectionLogs: { enabled: true, bucket: "example-logs", prefix: "alb" },
};
