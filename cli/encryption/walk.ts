import { encryptedStorageClass, namespaces } from "../../infra/kubernetes/labels";
import { at, list, record, text, ofBucket } from "../../policies/resources";
import type { ResourceView } from "../../policies/rule";
import { isInjected } from "../../policies/rules/encryption/mesh-injection";
import { demandsTransit } from "../../policies/rules/encryption/node-transit";
import { viewOf, type RecordedResource } from "../plan/resource";
import { chartListeners, scraped } from "./charts";
import { classes } from "./classes";

/** A place where data lies, and what encrypts it. */
export interface Store {
  readonly resource: RecordedResource;
  readonly what: string;
  /** Purpose of the customer-managed key, `data` to `volumes`; undefined where there is none. */
  readonly key: string | undefined;
  /** Why there is no customer-managed key. */
  readonly excuse?: string;
}

/** Something that takes connections, and how they are encrypted. */
export interface Listener {
  readonly resource: RecordedResource;
  readonly what: string;
  /** Undefined where nothing encrypts. */
  readonly protocol: string | undefined;
  /** Why it has no TLS of its own, where the nodes encrypt what it sends and takes. */
  readonly byNodes?: string;
}

/** What a walk over all resources finds. */
export interface EncryptionWalk {
  readonly stores: readonly Store[];
  readonly listeners: readonly Listener[];
  /** Types that nobody has said what they are, and charts likewise. */
  readonly unclassified: readonly string[];
}

/**
 * Walks every resource of a plan: each store with its key, each listener with its protocol, and
 * every type that is neither known as one nor as none.
 */
export function encryptionWalk(resources: readonly RecordedResource[]): EncryptionWalk {
  const custom = resources.filter((resource) => resource.custom);
  const context: Context = { views: custom.map(viewOf), purposes: keyPurposes(custom) };
  const kinds = (resource: RecordedResource) => {
    const known = classes[resource.type];
    return known === undefined || typeof known === "string" ? [] : known;
  };
  const charts = custom
    .filter(
      ({ type, inputs }) =>
        type === "kubernetes:helm.sh/v3:Release" &&
        chartListeners[text(inputs, "chart") ?? ""] === undefined,
    )
    .map(({ inputs }) => `chart ${text(inputs, "chart") ?? "?"}`);
  return {
    stores: custom.flatMap((resource) => [
      ...(kinds(resource).includes("store") ? [storeOf(resource, context)] : []),
      ...volumes(resource, context),
    ]),
    listeners: custom.flatMap((resource) =>
      kinds(resource).includes("listener") ? listenersOf(resource, context) : [],
    ),
    unclassified: [
      ...new Set([
        ...custom.filter(({ type }) => classes[type] === undefined).map(({ type }) => type),
        ...charts,
      ]),
    ],
  };
}

interface Context {
  readonly views: readonly ResourceView[];
  /** Purpose of each planned key by its ARN. */
  readonly purposes: ReadonlyMap<string, string>;
}

function keyPurposes(resources: readonly RecordedResource[]): Map<string, string> {
  const keys = resources.filter(
    ({ type }) => type === "aws:kms/key:Key" || type === "aws:kms/replicaKey:ReplicaKey",
  );
  return new Map(
    keys.flatMap(({ inputs, outputs }) => [
      [
        text(outputs, "arn") ?? "",
        text(record(inputs, "tags"), "causeway:purpose") ?? "unnamed",
      ] as const,
    ]),
  );
}

/** Where the ARN of a store's key stands, by type. */
const keyPaths: Readonly<Record<string, string>> = {
  "aws:amp/workspace:Workspace": "kmsKeyArn",
  "aws:cloudtrail/trail:Trail": "kmsKeyId",
  "aws:cloudwatch/logGroup:LogGroup": "kmsKeyId",
  "aws:ecr/repository:Repository": "encryptionConfigurations.0.kmsKey",
  "aws:eks/cluster:Cluster": "encryptionConfig.provider.keyArn",
  "aws:sns/topic:Topic": "kmsMasterKeyId",
  "kubernetes:eks.amazonaws.com/v1:NodeClass": "spec.ephemeralStorage.kmsKeyID",
  "kubernetes:storage.k8s.io/v1:StorageClass": "parameters.kmsKeyId",
};

function storeOf(resource: RecordedResource, { views, purposes }: Context): Store {
  const { type, inputs } = resource;
  const named = (what: string, arn: string | undefined): Store => ({
    resource,
    what,
    key: purposes.get(arn ?? ""),
  });
  const path = keyPaths[type];
  if (path !== undefined)
    return named(
      type === "aws:eks/cluster:Cluster" ? "objects of Kubernetes, Secrets among them" : "itself",
      text(inputs, path),
    );
  if (type === "kubernetes:core/v1:Secret")
    return named(
      "in the cluster's store",
      text(
        views.find(
          (view) =>
            view.type === "aws:eks/cluster:Cluster" && view.name.startsWith(resource.region),
        )?.props,
        "encryptionConfig.provider.keyArn",
      ),
    );
  if (type === "aws:s3/bucket:Bucket") return bucketStore(resource, views, purposes);
  // Its volumes are listed by themselves.
  return { resource, what: "on its volumes", key: volumes(resource, { views, purposes })[0]?.key };
}

function bucketStore(
  resource: RecordedResource,
  views: readonly ResourceView[],
  purposes: ReadonlyMap<string, string>,
): Store {
  const bucket = views.find(({ type, name }) => type === resource.type && name === resource.name);
  const [encryption] =
    bucket === undefined
      ? []
      : ofBucket(
          views,
          "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
          bucket,
        );
  const settings = at(encryption?.props, "rules.0.applyServerSideEncryptionByDefault");
  const key = purposes.get(text(settings, "kmsMasterKeyId") ?? "");
  if (
    key !== undefined ||
    text(settings, "sseAlgorithm") !== "AES256" ||
    !(text(resource.inputs, "bucket") ?? "").includes("-logs-")
  )
    return { resource, what: "objects", key };
  return {
    resource,
    what: "objects",
    key: undefined,
    excuse:
      "S3 and load balancers deliver access logs only to buckets with S3's own keys (SSE-S3); they hold addresses and paths, never a body",
  };
}

/**
 * Volumes that a resource asks for, wherever in it: each is of a storage class, and only the
 * encrypted one counts.
 */
function volumes(resource: RecordedResource, { views, purposes }: Context): Store[] {
  if (
    resource.type === "kubernetes:storage.k8s.io/v1:StorageClass" ||
    !resource.type.startsWith("kubernetes:")
  )
    return [];
  const storage = views.find(
    (view) =>
      view.type === "kubernetes:storage.k8s.io/v1:StorageClass" &&
      view.name.startsWith(resource.region),
  );
  return claims(resource.inputs).map((name) => ({
    resource,
    what: `volume of class ${name ?? "none"}`,
    key:
      name === encryptedStorageClass
        ? purposes.get(text(storage?.props, "parameters.kmsKeyId") ?? "")
        : undefined,
  }));
}

/** Storage classes of every claim in a value; undefined for a claim that names none. */
function claims(value: unknown): (string | undefined)[] {
  if (Array.isArray(value)) return value.flatMap(claims);
  if (typeof value !== "object" || value === null) return [];
  const own =
    "storageClassName" in value ||
    "volumeSize" in value ||
    ("accessModes" in value && "resources" in value);
  return [
    ...(own ? [text(value, "storageClassName")] : []),
    ...Object.keys(value).flatMap((key) => claims(Reflect.get(value, key))),
  ];
}

const aws = "HTTPS of AWS, TLS 1.2 or newer";

function listenersOf(resource: RecordedResource, { views }: Context): Listener[] {
  const { type, inputs } = resource;
  const one = (what: string, protocol: string | undefined): Listener[] => [
    { resource, what, protocol },
  ];
  const plain = (what: string, why: string): Listener[] => [
    {
      resource,
      what,
      protocol: nodesEncrypt(views, resource.region) ? nodeEncryption : undefined,
      byNodes: why,
    },
  ];
  switch (type) {
    case "aws:lb/listener:Listener":
      return one(`port ${String(at(inputs, "port"))}`, edge(inputs));
    case "aws:lb/targetGroup:TargetGroup":
      return one(
        "from the load balancer to the gateway",
        text(inputs, "protocol") === "HTTPS" ? "HTTPS, TLS 1.2 or newer" : undefined,
      );
    case "aws:s3/bucket:Bucket":
      return one(
        "requests",
        views.some(
          (view) =>
            view.type === "aws:s3/bucketPolicy:BucketPolicy" &&
            view.name === `${resource.name}-policy` &&
            demandsTls(text(view.props, "policy") ?? ""),
        )
          ? "HTTPS, TLS 1.2 or newer, by the bucket's policy"
          : undefined,
      );
    case "aws:eks/cluster:Cluster":
      return one(
        "Kubernetes API, in the VPC alone",
        at(inputs, "vpcConfig.endpointPublicAccess") === false
          ? "HTTPS, TLS 1.2 or newer"
          : undefined,
      );
    case "kubernetes:networking.istio.io/v1:Gateway":
      return list(inputs, "spec.servers").map((server) => ({
        resource,
        what: `port ${String(at(server, "port.number"))}`,
        protocol: ["TLSV1_2", "TLSV1_3"].includes(text(server, "tls.minProtocolVersion") ?? "")
          ? `HTTPS, ${text(server, "tls.minProtocolVersion") === "TLSV1_2" ? "TLS 1.2" : "TLS 1.3"} or newer`
          : undefined,
      }));
    case "kubernetes:argoproj.io/v1alpha1:Rollout":
      return [
        ...one(
          "predictions",
          isStrict(views, resource) ? "mutual TLS of the mesh, STRICT" : undefined,
        ),
        ...plain("metrics", scraped),
      ];
    case "kubernetes:argoproj.io/v1alpha1:EventBus":
      return one(
        "events",
        at(inputs, "spec.jetstream") === undefined
          ? undefined
          : "TLS between servers and clients (JetStream of Argo Events)",
      );
    case "kubernetes:argoproj.io/v1alpha1:EventSource":
      return plain(
        "webhook of Alertmanager",
        "names of alerts and models, no rows; network policies allow only the namespace of Alertmanager",
      );
    case "kubernetes:elasticsearch.k8s.elastic.co/v1:Elasticsearch":
    case "kubernetes:kibana.k8s.elastic.co/v1:Kibana":
      return one(
        "requests",
        at(inputs, "spec.http.tls.selfSignedCertificate.disabled") === true
          ? undefined
          : "HTTPS, TLS 1.2 or newer",
      );
    case "kubernetes:helm.sh/v3:Release":
      return (chartListeners[text(inputs, "chart") ?? ""] ?? []).flatMap(
        ({ what, protocol, plain: why }) =>
          why === undefined ? one(what, protocol) : plain(what, why),
      );
    default:
      return type.startsWith("aws:") ? one("API", aws) : one("connections", undefined);
  }
}

/**
 * What AWS does between instances of the types that the node pools demand; between pods of one node
 * nothing leaves the machine.
 */
const nodeEncryption = "HTTP, encrypted between nodes by AWS Nitro (AES-256-GCM)";

/**
 * Whether every node of a region is of a type whose traffic AWS encrypts: each pool demands it, and
 * EKS's built-in pools, which cannot, are off.
 */
function nodesEncrypt(views: readonly ResourceView[], region: string): boolean {
  const own = views.filter(({ name }) => name.startsWith(`${region}-`));
  const pools = own.filter(({ type }) => type === "kubernetes:karpenter.sh/v1:NodePool");
  const clusters = own.filter(({ type }) => type === "aws:eks/cluster:Cluster");
  return (
    pools.length > 0 &&
    pools.every(({ props }) => demandsTransit(props)) &&
    clusters.every(({ props }) => list(props, "computeConfig.nodePools").length === 0)
  );
}

function edge(inputs: unknown): string | undefined {
  const policy = text(inputs, "sslPolicy") ?? "";
  if (text(inputs, "protocol") === "HTTPS")
    return /-TLS13-1-[23]/.test(policy)
      ? `HTTPS, TLS ${policy.includes("TLS13-1-3") ? "1.3" : "1.2 or newer"} (${policy})`
      : undefined;
  return text(inputs, "defaultActions.0.type") === "redirect" &&
    text(inputs, "defaultActions.0.redirect.protocol") === "HTTPS"
    ? "HTTP that only redirects to HTTPS"
    : undefined;
}

function demandsTls(policy: string): boolean {
  return (
    policy.includes('"aws:SecureTransport":"false"') && policy.includes('"s3:TlsVersion":"1.2"')
  );
}

/**
 * Whether the pods of a workload take mutual TLS alone: their namespace as it is planned gets
 * proxies, and no policy of the region's mesh is weaker than strict.
 */
function isStrict(views: readonly ResourceView[], { inputs, region }: RecordedResource): boolean {
  const own = views.filter(({ name }) => name.startsWith(region));
  const policies = own
    .filter(({ type }) => type === "kubernetes:security.istio.io/v1:PeerAuthentication")
    .map(({ props }) => props);
  const home = own.filter(
    ({ type, props }) =>
      type === "kubernetes:core/v1:Namespace" &&
      text(props, "metadata.name") === text(inputs, "metadata.namespace"),
  );
  const meshWide = policies.some(
    (policy) =>
      text(policy, "metadata.namespace") === namespaces.mesh &&
      at(policy, "spec.selector") === undefined,
  );
  return (
    home.length > 0 &&
    home.every(({ props }) => isInjected(props)) &&
    meshWide &&
    policies.every(
      (policy) =>
        text(policy, "spec.mtls.mode") === "STRICT" &&
        at(policy, "spec.portLevelMtls") === undefined,
    )
  );
}
