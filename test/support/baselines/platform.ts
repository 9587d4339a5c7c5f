import { resource } from "./resource";

const inNamespace = (name: string, namespace: string) => ({ name, namespace });

export const storageClass = {
  metadata: { name: "causeway-encrypted" },
  provisioner: "ebs.csi.eks.amazonaws.com",
  parameters: { type: "gp3", encrypted: "true", kmsKeyId: "arn:key" },
};
export const nodeClass = {
  metadata: { name: "causeway-general" },
  spec: { role: "nodes", ephemeralStorage: { size: "80Gi", kmsKeyID: "arn:key" } },
};
export const nodePool = {
  metadata: { name: "causeway-general" },
  spec: {
    template: {
      spec: {
        requirements: [
          { key: "eks.amazonaws.com/instance-category", operator: "In", values: ["c", "m"] },
          {
            key: "eks.amazonaws.com/instance-encryption-in-transit-supported",
            operator: "In",
            values: ["true"],
          },
        ],
      },
    },
    disruption: { consolidationPolicy: "WhenEmptyOrUnderutilized", consolidateAfter: "5m" },
    limits: { cpu: "64", memory: "256Gi" },
  },
};

export const serviceAccount = {
  metadata: inNamespace("loan-approval", "causeway-models"),
  automountServiceAccountToken: false,
};
export const configMap = {
  metadata: inNamespace("settings", "causeway-models"),
  data: {
    LOG_LEVEL: "info",
    tokenUrl: "https://login.example.com/token",
    "policy.yaml": "rules: []",
  },
};
export const service = {
  metadata: inNamespace("loan-approval", "causeway-models"),
  spec: { type: "ClusterIP", ports: [{ name: "http", port: 8080 }] },
};
export const clusterRole = {
  metadata: { name: "causeway-auditors" },
  rules: [
    {
      apiGroups: ["", "apps"],
      resources: ["pods", "pods/log", "deployments"],
      verbs: ["get", "list", "watch"],
    },
  ],
};
export const roleBinding = {
  metadata: inNamespace("auditors", "causeway-models"),
  roleRef: {
    apiGroup: "rbac.authorization.k8s.io",
    kind: "ClusterRole",
    name: "causeway-auditors",
  },
  subjects: [{ kind: "Group", name: "causeway:auditors", apiGroup: "rbac.authorization.k8s.io" }],
};
export const networkPolicy = {
  metadata: inNamespace("loan-approval", "a-team"),
  spec: {
    podSelector: { matchLabels: { "app.kubernetes.io/name": "loan-approval" } },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      {
        from: [
          {
            namespaceSelector: {
              matchLabels: { "kubernetes.io/metadata.name": "causeway-gateway" },
            },
          },
        ],
        ports: [{ port: 8080 }],
      },
    ],
    egress: [
      {
        to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.169.254/32"] } }],
        ports: [{ port: 443 }],
      },
    ],
  },
};
export const scaledObject = {
  metadata: inNamespace("loan-approval", "causeway-models"),
  spec: {
    minReplicaCount: 3,
    maxReplicaCount: 30,
    pollingInterval: 15,
    fallback: { failureThreshold: 3, replicas: 6 },
    advanced: {
      horizontalPodAutoscalerConfig: {
        behavior: {
          scaleUp: {
            stabilizationWindowSeconds: 0,
            policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
          },
        },
      },
    },
    triggers: [{ type: "prometheus", metadata: { ignoreNullValues: "false" } }],
  },
};
export const prometheusRule = {
  metadata: inNamespace("loan-approval", "causeway-models"),
  spec: {
    groups: [
      {
        name: "objectives",
        rules: [
          { record: "model:requests:rate5m", expr: "sum(rate(requests_total[5m]))" },
          {
            alert: "ModelSlow",
            expr: "model:latency:p99 > 0.1",
            labels: { severity: "page" },
            annotations: {
              summary: "Slow",
              description: "99% of answers take {{ $value }} seconds. Add replicas.",
              runbook_url: "https://example.com/runbooks/model-slow",
            },
          },
        ],
      },
    ],
  },
};

export const peerAuthentication = {
  metadata: inNamespace("default", "istio-system"),
  spec: { mtls: { mode: "STRICT" } },
};
export const authorizationPolicy = {
  metadata: inNamespace("loan-approval", "causeway-models"),
  spec: { action: "ALLOW", rules: [{ from: [{ source: { namespaces: ["causeway-gateway"] } }] }] },
};
export const requestAuthentication = {
  metadata: inNamespace("callers", "causeway-gateway"),
  spec: {
    jwtRules: [
      {
        issuer: "https://login.example.com/",
        jwksUri: "https://login.example.com/.well-known/jwks.json",
        audiences: ["causeway"],
      },
    ],
  },
};
export const gateway = {
  metadata: inNamespace("causeway-gateway", "causeway-gateway"),
  spec: {
    selector: { istio: "gateway" },
    servers: [
      {
        port: { number: 8443, name: "https", protocol: "HTTPS" },
        hosts: ["models.example.com"],
        tls: { mode: "SIMPLE", credentialName: "gateway", minProtocolVersion: "TLSV1_2" },
      },
      {
        port: { number: 8080, name: "http", protocol: "HTTP" },
        hosts: ["models.example.com"],
        tls: { httpsRedirect: true },
      },
    ],
  },
};
export const virtualService = {
  metadata: inNamespace("loan-approval", "causeway-models"),
  spec: {
    hosts: ["models.example.com"],
    gateways: ["causeway-gateway/causeway-gateway"],
    http: [{ route: [{ destination: { host: "loan-approval" } }], timeout: "1s" }],
  },
};
export const destinationRule = {
  metadata: inNamespace("loan-approval", "causeway-models"),
  spec: {
    host: "loan-approval",
    trafficPolicy: {
      tls: { mode: "ISTIO_MUTUAL" },
      connectionPool: {
        tcp: { maxConnections: 100, connectTimeout: "1s" },
        http: { http1MaxPendingRequests: 100 },
      },
      outlierDetection: { consecutive5xxErrors: 5 },
    },
    subsets: [
      {
        name: "stable",
        trafficPolicy: {
          tls: { mode: "ISTIO_MUTUAL" },
          portLevelSettings: [{ port: { number: 8080 }, tls: { mode: "ISTIO_MUTUAL" } }],
        },
      },
    ],
  },
};

/** A mesh with a gateway and one route. */
export const meshStack = [
  resource("kubernetes:networking.istio.io/v1:Gateway", "gateway", gateway),
  resource("kubernetes:networking.istio.io/v1:VirtualService", "route", virtualService),
  resource("kubernetes:security.istio.io/v1:PeerAuthentication", "mutual-tls", peerAuthentication),
  resource("kubernetes:security.istio.io/v1:AuthorizationPolicy", "deny-by-default", {
    metadata: inNamespace("deny-by-default", "istio-system"),
    spec: {},
  }),
  resource(
    "kubernetes:security.istio.io/v1:RequestAuthentication",
    "callers",
    requestAuthentication,
  ),
  resource("kubernetes:telemetry.istio.io/v1:Telemetry", "telemetry", {
    metadata: inNamespace("mesh", "istio-system"),
    spec: { accessLogging: [{ providers: [{ name: "envoy" }] }] },
  }),
];

const models = {
  name: "causeway-models",
  labels: { "pod-security.kubernetes.io/enforce": "restricted", "istio-injection": "enabled" },
};
/** A namespace with all that it must have. */
export const namespaceStack = [
  resource("kubernetes:core/v1:Namespace", "models", { metadata: models }),
  resource("kubernetes:networking.k8s.io/v1:NetworkPolicy", "models-default-deny", {
    metadata: inNamespace("default-deny", "causeway-models"),
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
  }),
  resource("kubernetes:core/v1:ResourceQuota", "models-quota", {
    metadata: inNamespace("quota", "causeway-models"),
    spec: { hard: { "requests.cpu": "100" } },
  }),
  resource("kubernetes:core/v1:LimitRange", "models-limits", {
    metadata: inNamespace("limits", "causeway-models"),
    spec: { limits: [{ type: "Container", default: { cpu: "1" } }] },
  }),
];
