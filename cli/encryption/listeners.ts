import { namespaces } from "../../infra/kubernetes/labels";
import { at, list, text } from "../../policies/resources";
import type { ResourceView } from "../../policies/rule";
import { isInjected } from "../../policies/rules/encryption/mesh-injection";
import { demandsTransit } from "../../policies/rules/encryption/node-transit";
import type { RecordedResource } from "../plan/resource";
import { chartListeners, scraped } from "./charts";

/** Something that takes connections, and how they are encrypted. */
export interface Listener {
  readonly resource: RecordedResource;
  readonly what: string;
  /** Undefined where nothing encrypts. */
  readonly protocol: string | undefined;
  /** Why it has no TLS of its own, where the nodes encrypt what it sends and takes. */
  readonly byNodes?: string;
}

/** What a resource listens on, without the resource. */
type Endpoint = Omit<Listener, "resource">;

const https = "HTTPS, TLS 1.2 or newer";
/**
 * What AWS does between instances of the types that the node pools demand; between pods of one node
 * nothing leaves the machine.
 */
const nodeEncryption = "HTTP, encrypted between nodes by AWS Nitro (AES-256-GCM)";

/** Endpoints of each type that has more to say than its provider's usual protocol. */
const endpointsByType: Readonly<
  Record<string, (resource: RecordedResource, views: readonly ResourceView[]) => Endpoint[]>
> = {
  "aws:lb/listener:Listener": ({ inputs }) => [
    { what: `port ${String(at(inputs, "port"))}`, protocol: edge(inputs) },
  ],
  "aws:lb/targetGroup:TargetGroup": ({ inputs }) => [
    {
      what: "from the load balancer to the gateway",
      protocol: text(inputs, "protocol") === "HTTPS" ? https : undefined,
    },
  ],
  "aws:s3/bucket:Bucket": ({ name }, views) => [
    {
      what: "requests",
      protocol: views.some(
        (view) =>
          view.type === "aws:s3/bucketPolicy:BucketPolicy" &&
          view.name === `${name}-policy` &&
          demandsTls(text(view.props, "policy") ?? ""),
      )
        ? `${https}, by the bucket's policy`
        : undefined,
    },
  ],
  "aws:eks/cluster:Cluster": ({ inputs }) => [
    {
      what: "Kubernetes API, in the VPC alone",
      protocol: at(inputs, "vpcConfig.endpointPublicAccess") === false ? https : undefined,
    },
  ],
  "kubernetes:networking.istio.io/v1:Gateway": ({ inputs }) =>
    list(inputs, "spec.servers").map((server) => ({
      what: `port ${String(at(server, "port.number"))}`,
      protocol: ["TLSV1_2", "TLSV1_3"].includes(text(server, "tls.minProtocolVersion") ?? "")
        ? `HTTPS, ${text(server, "tls.minProtocolVersion") === "TLSV1_2" ? "TLS 1.2" : "TLS 1.3"} or newer`
        : undefined,
    })),
  "kubernetes:argoproj.io/v1alpha1:Rollout": (resource, views) => [
    {
      what: "predictions",
      protocol: isStrict(views, resource) ? "mutual TLS of the mesh, STRICT" : undefined,
    },
    plain("metrics", scraped, resource, views),
  ],
  "kubernetes:argoproj.io/v1alpha1:EventBus": ({ inputs }) => [
    {
      what: "events",
      protocol:
        at(inputs, "spec.jetstream") === undefined
          ? undefined
          : "TLS between servers and clients (JetStream of Argo Events)",
    },
  ],
  "kubernetes:argoproj.io/v1alpha1:EventSource": (resource, views) => [
    plain(
      "webhook of Alertmanager",
      "names of alerts and models, no rows; network policies allow only the namespace of Alertmanager",
      resource,
      views,
    ),
  ],
  "kubernetes:elasticsearch.k8s.elastic.co/v1:Elasticsearch": elasticEndpoints,
  "kubernetes:kibana.k8s.elastic.co/v1:Kibana": elasticEndpoints,
  "kubernetes:helm.sh/v3:Release": (resource, views) =>
    (chartListeners[text(resource.inputs, "chart") ?? ""] ?? []).map(
      ({ what, protocol, plain: why }) =>
        why === undefined ? { what, protocol } : plain(what, why, resource, views),
    ),
};

/** Each listener of a resource that has one. */
export function listenersOf(
  resource: RecordedResource,
  views: readonly ResourceView[],
): Listener[] {
  const { type } = resource;
  const endpoints = endpointsByType[type]?.(resource, views) ?? [
    type.startsWith("aws:")
      ? { what: "API", protocol: "HTTPS of AWS, TLS 1.2 or newer" }
      : { what: "connections", protocol: undefined },
  ];
  return endpoints.map((endpoint) => ({ resource, ...endpoint }));
}

/** An endpoint without TLS of its own. */
function plain(
  what: string,
  why: string,
  { region }: RecordedResource,
  views: readonly ResourceView[],
): Endpoint {
  return { what, protocol: nodesEncrypt(views, region) ? nodeEncryption : undefined, byNodes: why };
}

function elasticEndpoints({ inputs }: RecordedResource): Endpoint[] {
  const open = at(inputs, "spec.http.tls.selfSignedCertificate.disabled") === true;
  return [{ what: "requests", protocol: open ? undefined : https }];
}

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
