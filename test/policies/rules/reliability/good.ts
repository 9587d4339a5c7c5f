import type { ResourceView } from "../../../../policies/rule";
import type { Props } from "../../../support/rule-suite";
import { goodPodSpec } from "../workloads/good";

const metadata = { name: "scorer", namespace: "causeway-models" };
const owned = {
  app: "scorer",
  "causeway.dev/owner": "credit-risk",
  "causeway.dev/risk-tier": "high",
  "causeway.dev/release": "1.0.0",
};

/** A Rollout of a high-risk model that satisfies every rule. */
export function goodRollout(): Props {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata: { ...metadata, labels: owned },
    spec: {
      selector: { matchLabels: { app: "scorer" } },
      strategy: {
        canary: {
          analysis: { templates: [{ templateName: "scorer-error-ratio" }] },
          steps: [
            { setWeight: 10 },
            { pause: { duration: "5m" } },
            { setWeight: 50 },
            { pause: {} },
            { setWeight: 100 },
            { pause: { duration: "5m" } },
          ],
        },
      },
      template: { metadata: { labels: { app: "scorer" } }, spec: goodPodSpec() },
    },
  };
}

export function goodScaledObject(): Props {
  return {
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledObject",
    metadata,
    spec: {
      scaleTargetRef: { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: "scorer" },
      minReplicaCount: 3,
      maxReplicaCount: 30,
      pollingInterval: 15,
      fallback: { failureThreshold: 3, replicas: 15 },
      advanced: {
        horizontalPodAutoscalerConfig: {
          behavior: {
            scaleUp: {
              stabilizationWindowSeconds: 0,
              selectPolicy: "Max",
              policies: [
                { type: "Pods", value: 2, periodSeconds: 15 },
                { type: "Percent", value: 900, periodSeconds: 15 },
              ],
            },
          },
        },
      },
      triggers: [
        { type: "cpu", metricType: "Utilization", metadata: { value: "60" } },
        {
          type: "prometheus",
          metricType: "AverageValue",
          metadata: {
            query: "sum(rate(requests_total[30s]))",
            threshold: "200",
            ignoreNullValues: "false",
            serverAddress: "http://prometheus:9090",
          },
        },
      ],
    },
  };
}

export function goodBudget(): Props {
  return { metadata, spec: { minAvailable: 2, selector: { matchLabels: { app: "scorer" } } } };
}

export function goodMonitor(): Props {
  return {
    metadata,
    spec: {
      selector: { matchLabels: { app: "scorer" } },
      podMetricsEndpoints: [{ port: "metrics" }],
    },
  };
}

export function goodDestinationRule(): Props {
  return {
    metadata,
    spec: {
      host: "scorer.causeway-models.svc.cluster.local",
      trafficPolicy: {
        tls: { mode: "ISTIO_MUTUAL" },
        connectionPool: {
          tcp: { maxConnections: 1024, connectTimeout: "1s" },
          http: { http1MaxPendingRequests: 256, http2MaxRequests: 1024 },
        },
        outlierDetection: {
          consecutive5xxErrors: 5,
          consecutiveGatewayErrors: 5,
          interval: "5s",
          baseEjectionTime: "30s",
        },
      },
    },
  };
}

export function goodVirtualService(): Props {
  return {
    metadata,
    spec: {
      hosts: ["models.example.com"],
      gateways: ["causeway-gateway/causeway-gateway"],
      http: [
        {
          name: "primary",
          route: [{ destination: { host: "scorer" } }],
          timeout: "1m",
          retries: { attempts: 2 },
        },
        { name: "old", redirect: { uri: "/" } },
      ],
    },
  };
}

/** A bucket with all its settings, and its log bucket. */
export function goodBuckets(): ResourceView[] {
  const bucket = (name: string, purpose: string, algorithm: Props): ResourceView[] => {
    const setting = (kind: string, type: string, props: Props): ResourceView => ({
      type: `aws:s3/${type}`,
      name: `${name}-${kind}`,
      props: { bucket: name, ...props },
    });
    const denyHttp = {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "DenyHttp",
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    };
    return [
      {
        type: "aws:s3/bucket:Bucket",
        name,
        identities: [name],
        props: {
          bucket: name,
          objectLockEnabled: purpose === "audit",
          tags: {
            "causeway:purpose": purpose,
            "causeway:classification": purpose === "audit" ? "confidential" : "internal",
          },
        },
      },
      setting("access", "bucketPublicAccessBlock:BucketPublicAccessBlock", {
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      }),
      setting("ownership", "bucketOwnershipControls:BucketOwnershipControls", {
        rule: { objectOwnership: "BucketOwnerEnforced" },
      }),
      setting("versioning", "bucketVersioning:BucketVersioning", {
        versioningConfiguration: { status: "Enabled" },
      }),
      setting(
        "encryption",
        "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        { rules: [{ bucketKeyEnabled: true, applyServerSideEncryptionByDefault: algorithm }] },
      ),
      setting("policy", "bucketPolicy:BucketPolicy", { policy: JSON.stringify(denyHttp) }),
      setting("lifecycle", "bucketLifecycleConfiguration:BucketLifecycleConfiguration", {
        rules: [
          {
            id: "old",
            status: "Enabled",
            filter: {},
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
            noncurrentVersionExpiration: { noncurrentDays: 90 },
            expiration: { days: 400 },
          },
        ],
      }),
    ];
  };
  const kms = (region: string) => ({
    sseAlgorithm: "aws:kms",
    kmsMasterKeyId: `arn:aws:kms:${region}:111122223333:key/mrk-1`,
  });
  const [source, copy, logs] = [
    "example-audit-eu-west-1",
    "example-audit-eu-central-1",
    "example-logs-eu-west-1",
  ];
  const lock = (name: string): ResourceView => ({
    type: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    name: `${name}-lock`,
    props: {
      bucket: name,
      objectLockEnabled: "Enabled",
      rule: { defaultRetention: { mode: "COMPLIANCE", days: 400 } },
    },
  });
  const logging = (name: string): ResourceView => ({
    type: "aws:s3/bucketLogging:BucketLogging",
    name: `${name}-logging`,
    props: { bucket: name, targetBucket: logs, targetPrefix: "s3/" },
  });
  return [
    ...bucket(source!, "audit", kms("eu-west-1")),
    ...bucket(copy!, "audit", kms("eu-central-1")),
    ...bucket(logs!, "logs", { sseAlgorithm: "AES256" }),
    ...[source!, copy!].flatMap((name) => [lock(name), logging(name)]),
    {
      type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
      name: "replication",
      props: {
        bucket: source,
        role: "arn:aws:iam::111122223333:role/replication",
        rules: [
          {
            id: "to-eu-central-1",
            status: "Enabled",
            sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
            destination: {
              bucket: `arn:aws:s3:::${copy}`,
              encryptionConfiguration: {
                replicaKmsKeyId: "arn:aws:kms:eu-central-1:111122223333:key/mrk-1",
              },
            },
          },
        ],
      },
    },
  ];
}

/** Another value for the properties of the one resource of a name. */
export function changed(
  resources: readonly ResourceView[],
  name: string,
  change: (props: Props) => Props,
): ResourceView[] {
  return resources.map((resource) =>
    resource.name === name ? { ...resource, props: change({ ...resource.props }) } : resource,
  );
}
