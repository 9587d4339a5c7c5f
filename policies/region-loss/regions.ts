import {
  drainSeconds,
  aliasTtlSeconds,
  type RecoveryTiming,
} from "../../services/contract/recovery";
import { ofType, at, list, number, text } from "../resources";
import type { ResourceView } from "../rule";
import type { Autoscaler } from "./autoscaler";

/** One model as a region is planned to serve it. */
export interface PlannedModel {
  readonly model: string;
  /**
   * Requests per second of the region's own callers at their most: as declared, or what the least
   * replicas are scaled for.
   */
  readonly load: number;
  readonly autoscaler: Autoscaler;
  /** What one replica reserves, sidecars included. */
  readonly cpu: number;
  readonly gpus: number;
}

/** One region as it is planned: how its loss is noticed and what it can take over. */
export interface PlannedRegion {
  readonly region: string;
  /** Out of the entry by the stack file: it has no callers and takes over none. */
  readonly drained: boolean;
  readonly timing: RecoveryTiming;
  readonly models: readonly PlannedModel[];
  /** Most that the region's nodes may offer. Infinite where no limit is planned. */
  readonly limits: { readonly cpu: number; readonly gpus: number };
  /** Replicas for which room is kept free. */
  readonly headroom: number;
}

/** The stack's way in: which regions it has and what it promises. */
export function globalEntry(resources: readonly ResourceView[]): ResourceView | undefined {
  return ofType(resources, "causeway:global:GlobalEntry")[0];
}

/**
 * Every region of the entry, from the resources that were planned for it; a resource is of the
 * region whose name its own starts with.
 */
export function plannedRegions(resources: readonly ResourceView[]): PlannedRegion[] {
  const entry = globalEntry(resources);
  return list(entry?.props, "regions").flatMap((given) => {
    const region = text(given, "region");
    if (entry === undefined || region === undefined) return [];
    const own = resources.filter(({ name }) => name.startsWith(`${region}-`));
    return [
      {
        region,
        drained: at(given, "drained") !== undefined,
        timing: timingOf(resources, own, entry, region),
        models: modelsOf(own, at(given, "peakRequestsPerSecond")),
        limits: limitsOf(own),
        headroom: ofType(own, "kubernetes:apps/v1:Deployment").reduce(
          (sum, { props }) =>
            sum +
            (text(props, "metadata.name") === "causeway-headroom"
              ? (number(props, "spec.replicas") ?? 0)
              : 0),
          0,
        ),
      },
    ];
  });
}

/** Slowest of what is planned: a check that is missing is never noticed. */
function timingOf(
  resources: readonly ResourceView[],
  own: readonly ResourceView[],
  entry: ResourceView,
  region: string,
): RecoveryTiming {
  const checks = ofType(resources, "aws:route53/healthCheck:HealthCheck").filter(
    ({ name }) => name === `${entry.name}-${region}-check`,
  );
  const records = ofType(resources, "aws:route53/record:Record").filter(({ name }) =>
    name.startsWith(`${entry.name}-`),
  );
  const [check] = checks;
  return {
    checkIntervalSeconds: number(check?.props, "requestInterval") ?? Infinity,
    failureThreshold: number(check?.props, "failureThreshold") ?? Infinity,
    ttlSeconds: Math.max(aliasTtlSeconds, ...records.map(({ props }) => number(props, "ttl") ?? 0)),
    drainSeconds: Math.max(
      drainSeconds,
      ...ofType(own, "aws:lb/targetGroup:TargetGroup").map(
        ({ props }) => number(props, "deregistrationDelay") ?? 0,
      ),
    ),
  };
}

function modelsOf(own: readonly ResourceView[], declared: unknown): PlannedModel[] {
  return ofType(own, "kubernetes:keda.sh/v1alpha1:ScaledObject").flatMap(({ props }) => {
    const model = text(props, "spec.scaleTargetRef.name") ?? "";
    const trigger = list(props, "spec.triggers").find(
      (each) => text(each, "type") === "prometheus",
    );
    const requestsPerReplica = Number(text(trigger, "metadata.threshold"));
    if (!(requestsPerReplica > 0)) return [];
    const autoscaler = { ...boundsOf(props), requestsPerReplica };
    const template = ofType(own, "kubernetes:argoproj.io/v1alpha1:Rollout").find(
      (rollout) => text(rollout.props, "metadata.name") === model,
    );
    return [
      {
        model,
        load: number(declared, model) ?? autoscaler.min * requestsPerReplica,
        autoscaler,
        ...podOf(at(template?.props, "spec.template")),
      },
    ];
  });
}

function boundsOf(props: unknown): Omit<Autoscaler, "requestsPerReplica"> {
  const policies = list(
    props,
    "spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleUp.policies",
  );
  const most = (type: string) =>
    Math.max(
      0,
      ...policies
        .filter((each) => text(each, "type") === type)
        .map((each) => number(each, "value") ?? 0),
    );
  return {
    min: number(props, "spec.minReplicaCount") ?? 0,
    max: number(props, "spec.maxReplicaCount") ?? 0,
    pollingSeconds: number(props, "spec.pollingInterval") ?? 30,
    growth: { percent: most("Percent"), replicas: most("Pods") },
  };
}

/**
 * What one pod reserves: containers, sidecars, and the proxy of the mesh with Istio's default of
 * 100m where no annotation sets it.
 */
function podOf(template: unknown): Pick<PlannedModel, "cpu" | "gpus"> {
  const sidecars = list(template, "spec.initContainers").filter(
    (each) => text(each, "restartPolicy") === "Always",
  );
  const containers = [...list(template, "spec.containers"), ...sidecars];
  const injected = keyed(at(template, "metadata.labels"), "sidecar.istio.io/inject") === "true";
  const proxy = injected
    ? cores(keyed(at(template, "metadata.annotations"), "sidecar.istio.io/proxyCPU") ?? "100m")
    : 0;
  return {
    cpu: containers.reduce<number>(
      (sum, each) => sum + cores(at(each, "resources.requests.cpu")),
      proxy,
    ),
    gpus: containers.reduce<number>(
      (sum, each) => sum + cores(keyed(at(each, "resources.limits"), "nvidia.com/gpu")),
      0,
    ),
  };
}

/** The value of a key that has dots in it. */
function keyed(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function limitsOf(own: readonly ResourceView[]): PlannedRegion["limits"] {
  const pools = ofType(own, "kubernetes:karpenter.sh/v1:NodePool").map(({ props }) =>
    at(props, "spec.limits"),
  );
  const total = (resource: string) =>
    pools.reduce<number>((sum, limits) => sum + cores(keyed(limits, resource)), 0);
  const unlimited = pools.length === 0 || pools.some((limits) => limits === undefined);
  return unlimited
    ? { cpu: Infinity, gpus: Infinity }
    : { cpu: total("cpu"), gpus: total("nvidia.com/gpu") };
}

/** Cores or devices in a Kubernetes quantity, e.g. 0.5 for `500m`; 0 for what is none. */
export function cores(quantity: unknown): number {
  const [, amount, unit] = /^([\d.]+)(m?)$/.exec(String(quantity)) ?? [];
  return amount === undefined ? 0 : Number(amount) / (unit === "m" ? 1_000 : 1);
}
