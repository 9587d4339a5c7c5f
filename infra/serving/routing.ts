import type { IVirtualService } from "@kubernetes-models/istio/networking.istio.io/v1beta1/VirtualService";
import { challengerDigits } from "../../services/contract/arms";
import type { Contract } from "../../services/contract/contract";
import { feedbackPath, predictionHeader } from "../../services/contract/feedback";
import { gatewayName, namespaces, ports } from "../kubernetes/labels";
import { type ServingSettings } from "./definition";
import { mirrorRoute } from "./steps";
import { servingNames } from "../../services/evidence/rollout";
import { metadata, modelPath, podSelector, type Strategy } from "../kubernetes/model-objects";

type Route = NonNullable<NonNullable<IVirtualService["spec"]>["http"]>[number];

/**
 * Header with the keyed hash of the subject in hexadecimal; the caller or the gateway sets it. Its
 * first digit decides the arm of an A/B test, so that a subject stays in its arm on every replica,
 * in every region, and after a restart.
 */
export const subjectHeader = "x-causeway-subject";
const challengerSubjects = `${challengerDigits}.*`;

/** Route whose weights Argo Rollouts sets, by strategy. */
export const trialRoute = {
  canary: "primary",
  ab: "challenger",
  shadow: "primary",
} as const satisfies Record<Strategy, string>;

/** Routes that Argo Rollouts adds to the VirtualService and removes again, by strategy. */
export const managedRoutes: Record<Strategy, readonly string[]> = {
  canary: [],
  ab: [],
  shadow: [mirrorRoute],
};

const trialWeights = ["spec.http[0].route[0].weight", "spec.http[0].route[1].weight"];

/**
 * Fields of the VirtualService that belong to Argo Rollouts, so that an update leaves a release in
 * flight alone. Shadow routes come and go at the head of the list, which moves every index: there
 * the whole list is left alone.
 */
export const routesOfRollouts: Record<Strategy, readonly string[]> = {
  canary: trialWeights,
  ab: trialWeights,
  shadow: ["spec.http"],
};

/**
 * Field of the Services that belongs to Argo Rollouts: it adds the hash of the version to each
 * selector.
 */
export const selectorOfRollouts = ["spec.selector"];

/** The Service in front of one version. Argo Rollouts narrows its selector to that version. */
export function service(contract: Contract, name: string) {
  return {
    // Pods come after the Services that the Rollout names, so waiting for endpoints here would wait
    // forever.
    metadata: metadata(contract.name, name, { "pulumi.com/skipAwait": "true" }),
    spec: {
      type: "ClusterIP",
      selector: podSelector(contract.name),
      ports: [
        {
          name: "http",
          port: ports.http,
          targetPort: "http",
          protocol: "TCP",
          appProtocol: "http",
        },
        {
          name: "metrics",
          port: ports.metrics,
          targetPort: "metrics",
          protocol: "TCP",
          appProtocol: "http",
        },
      ],
    },
  };
}

/** How predictions that reach the gateway are divided between the two versions. */
export function virtualService({ contract, host }: Pick<ServingSettings, "contract" | "host">) {
  const { model } = servingNames(contract.name);
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    // Argo Rollouts owns the whole list once it has set a weight; a changed route is applied all
    // the same, and weights return within seconds.
    metadata: metadata(model, model, { "pulumi.com/patchForce": "true" }),
    spec: {
      ...entry(host),
      http: routes[contract.release.strategy](contract),
    } satisfies IVirtualService["spec"],
  };
}

/** Where callers' requests come in. */
function entry(host: string) {
  return { hosts: [host], gateways: [`${namespaces.gateway}/${gatewayName}`] };
}

/** Subset of a stable version's DestinationRule with all its pods, for labels. */
const labelSubset = "feedback";

/**
 * How labels reach the stable version, also those of the version on trial: the id of the prediction
 * chooses the replica. No trial, mirror or kill switch changes this route.
 */
export function feedbackRoute({ contract, host }: Pick<ServingSettings, "contract" | "host">) {
  const { stable, feedback } = servingNames(contract.name);
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: metadata(contract.name, feedback),
    spec: {
      ...entry(host),
      http: [
        {
          name: "feedback",
          match: [{ uri: { exact: feedbackPath(contract.name) } }],
          route: [{ destination: { ...destination(stable), subset: labelSubset } }],
          // Istio tries the same replica again where a hash chose it.
          ...timing(contract),
        },
      ],
    } satisfies IVirtualService["spec"],
  };
}

/** The first route is the one whose weights Argo Rollouts sets. */
const routes = {
  canary: (contract) => [trial(contract, "primary", {})],
  shadow: (contract) => [trial(contract, "primary", {})],
  ab: (contract) => [
    trial(contract, "challenger", { headers: { [subjectHeader]: { regex: challengerSubjects } } }),
    {
      name: "champion",
      match: paths(contract.name, {}),
      route: [{ destination: destination(servingNames(contract.name).stable), weight: 100 }],
      ...timing(contract),
    },
  ],
} satisfies Record<Strategy, (contract: Contract) => Route[]>;

type Headers = { readonly headers?: Record<string, { readonly regex: string }> };

function trial(contract: Contract, name: string, headers: Headers): Route {
  const { stable, canary } = servingNames(contract.name);
  return {
    name,
    match: paths(contract.name, headers),
    route: [
      { destination: destination(stable), weight: 100 },
      { destination: destination(canary), weight: 0 },
    ],
    ...timing(contract),
  };
}

/**
 * Models share a host, so each takes only its own path; the slash keeps `loan` from answering for
 * `loan-approval`.
 */
function paths(model: string, headers: Headers) {
  return [
    { uri: { exact: modelPath(model) }, ...headers },
    { uri: { prefix: `${modelPath(model)}/` }, ...headers },
  ];
}

/** Full name of a Service: a short one would be looked up in the namespace of whoever reads it. */
function serviceHost(name: string): string {
  return `${name}.${namespaces.models}.svc.cluster.local`;
}

function destination(name: string) {
  return { host: serviceHost(name), port: { number: ports.http } };
}

/**
 * Time limit: ten times the objective for the 99th percentile, at least a second. Retries: only
 * where the server cannot have seen the request. A 503 is an overloaded server's way to shed, and
 * sending it again would add to the load.
 */
function timing(contract: Contract): Pick<Route, "timeout" | "retries"> {
  return {
    timeout: `${Math.max(1_000, 10 * contract.slos.latencyP99)}ms`,
    retries: {
      attempts: 2,
      retryOn: "connect-failure,refused-stream,reset-before-request",
      retryRemoteLocalities: true,
    },
  };
}

/**
 * Requests that a gateway may have in flight to one version: twice what all replicas hold at their
 * objective, at least 1,024.
 */
function requestsInFlight({
  contract,
  replicas,
}: Pick<ServingSettings, "contract" | "replicas">): number {
  const seconds = contract.slos.latencyP99 / 1_000;
  return Math.max(
    1_024,
    Math.ceil(2 * replicas.max * contract.serving.requestsPerReplica * seconds),
  );
}

/**
 * When a replica is left out for a while: at once where it cannot be reached, and for errors only
 * when it does nothing else. A server that sheds nine requests of ten with 503 in a tenfold spike
 * must not be taken away, or the load of the others would grow.
 */
const outlierDetection = {
  splitExternalLocalOriginErrors: true,
  consecutiveLocalOriginFailures: 5,
  consecutive5xxErrors: 500,
  interval: "5s",
  baseEjectionTime: "30s",
  maxEjectionPercent: 50,
} as const;

/**
 * By the id of the prediction. Maglev's table changes for the ids of a replica that goes, and hardly
 * for others; the points of a ring are divided anew between all. Every gateway takes replicas of all
 * zones: one that preferred its own zone's would choose another replica than a gateway elsewhere.
 */
const labelPolicy = {
  name: labelSubset,
  trafficPolicy: {
    loadBalancer: {
      consistentHash: { httpHeaderName: predictionHeader, maglev: { tableSize: 65_537 } },
      localityLbSetting: { enabled: false },
    },
  },
} as const;

/**
 * How the mesh talks to one version: mutual TLS, bounded queues, a slow start for new replicas, and
 * none that fail.
 */
export function destinationRule(
  settings: Pick<ServingSettings, "contract" | "replicas">,
  name: string,
) {
  const { contract } = settings;
  const inFlight = requestsInFlight(settings);
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: metadata(contract.name, name),
    spec: {
      host: serviceHost(name),
      trafficPolicy: {
        tls: { mode: "ISTIO_MUTUAL" },
        loadBalancer: { simple: "LEAST_REQUEST", warmup: { duration: "30s" } },
        connectionPool: {
          tcp: {
            maxConnections: inFlight,
            connectTimeout: "1s",
            tcpKeepalive: { time: "300s", interval: "60s" },
          },
          http: {
            http1MaxPendingRequests: 256,
            http2MaxRequests: inFlight,
            idleTimeout: "60s",
            maxRetries: 8,
          },
        },
        outlierDetection,
      },
      ...(name === servingNames(contract.name).stable && { subsets: [labelPolicy] }),
    },
  };
}
