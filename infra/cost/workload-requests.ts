import type { PricedResource } from "./line";
import { at, cores, gibibytes, listAt, numberAt, textAt } from "./properties";

/** What a workload reserves on nodes and disks, over all its replicas. */
export interface Reservation {
  readonly cpu: number;
  readonly memoryGiB: number;
  readonly gpus: number;
  readonly storageGiB: number;
}

const none: Reservation = { cpu: 0, memoryGiB: 0, gpus: 0, storageGiB: 0 };

/** Least replicas of a scaled workload, by {@link workloadKey}. */
export type Minimums = ReadonlyMap<string, number>;

/**
 * Region, namespace, kind and name: what a workload and the autoscaler that targets it have in
 * common.
 */
export function workloadKey(
  region: string,
  namespace: string | undefined,
  kind: string | undefined,
  name: string | undefined,
): string {
  return [region, namespace, kind, name].join("/");
}

/** Least replicas that the autoscalers of a plan keep. */
export function minimums(resources: readonly PricedResource[]): Minimums {
  return new Map(
    resources
      .filter(({ type }) => type === "kubernetes:keda.sh/v1alpha1:ScaledObject")
      .map(({ region, props }) => {
        const target = at(props, "spec", "scaleTargetRef");
        const key = workloadKey(
          region,
          textAt(props, "metadata", "namespace"),
          textAt(target, "kind") ?? "Deployment",
          textAt(target, "name"),
        );
        return [key, numberAt(props, "spec", "minReplicaCount") ?? 0];
      }),
  );
}

/** What a resource reserves while there is no load; nothing for what runs no pods. */
export function reservation(resource: PricedResource, least: Minimums): Reservation {
  const { type, props } = resource;
  switch (type) {
    case "kubernetes:argoproj.io/v1alpha1:Rollout":
    case "kubernetes:apps/v1:Deployment":
    case "kubernetes:apps/v1:StatefulSet":
      return replicated(resource, least);
    case "kubernetes:core/v1:PersistentVolumeClaim":
      return { ...none, storageGiB: claim(props) };
    case "kubernetes:elasticsearch.k8s.elastic.co/v1:Elasticsearch":
      return sum(
        listAt(props, "spec", "nodeSets").map((set) =>
          times(add(podOf(at(set, "podTemplate")), claims(set)), numberAt(set, "count") ?? 1),
        ),
      );
    case "kubernetes:kibana.k8s.elastic.co/v1:Kibana":
      return times(podOf(at(props, "spec", "podTemplate")), numberAt(props, "spec", "count") ?? 1);
    case "kubernetes:helm.sh/v3:Release":
      return chartValues(props["values"], 1);
    default:
      return none;
  }
}

function replicated({ type, region, props }: PricedResource, least: Minimums): Reservation {
  const key = workloadKey(
    region,
    textAt(props, "metadata", "namespace"),
    type.split(":").pop(),
    textAt(props, "metadata", "name"),
  );
  const replicas = least.get(key) ?? numberAt(props, "spec", "replicas") ?? 1;
  return times(add(podOf(at(props, "spec", "template")), claims(at(props, "spec"))), replicas);
}

/** A pod's containers, its sidecars, and the mesh proxy where the pod asks for one. */
function podOf(template: unknown): Reservation {
  const sidecars = listAt(template, "spec", "initContainers").filter(
    (container) => textAt(container, "restartPolicy") === "Always",
  );
  const containers = [...listAt(template, "spec", "containers"), ...sidecars].map((container) =>
    requests(at(container, "resources")),
  );
  return sum([...containers, proxyOf(template)]);
}

/** Istio's own defaults where the annotations set none: 100m and 128Mi. */
function proxyOf(template: unknown): Reservation {
  if (textAt(template, "metadata", "labels", "sidecar.istio.io/inject") !== "true") return none;
  const annotation = (name: string) =>
    textAt(template, "metadata", "annotations", `sidecar.istio.io/${name}`);
  return {
    ...none,
    cpu: cores(annotation("proxyCPU") ?? "100m"),
    memoryGiB: gibibytes(annotation("proxyMemory") ?? "128Mi"),
  };
}

function requests(resources: unknown): Reservation {
  const asked = at(resources, "requests");
  const gpus = at(asked, "nvidia.com/gpu") ?? at(resources, "limits", "nvidia.com/gpu") ?? 0;
  return {
    cpu: cores(at(asked, "cpu")),
    memoryGiB: gibibytes(at(asked, "memory")),
    gpus: cores(gpus),
    storageGiB: gibibytes(at(asked, "storage")),
  };
}

function claim(props: unknown): number {
  return gibibytes(at(props, "spec", "resources", "requests", "storage"));
}

function claims(spec: unknown): Reservation {
  return {
    ...none,
    storageGiB: listAt(spec, "volumeClaimTemplates").reduce<number>(
      (total, each) => total + claim(each),
      0,
    ),
  };
}

/**
 * A chart's workloads are not visible, but the values that we set are: every `resources` block
 * counts once for each replica that is set beside or above it.
 */
function chartValues(values: unknown, inherited: number): Reservation {
  if (Array.isArray(values)) return sum(values.map((each) => chartValues(each, inherited)));
  if (typeof values !== "object" || values === null) return none;
  const replicas = numberAt(values, "replicaCount") ?? numberAt(values, "replicas") ?? inherited;
  return sum(
    Object.entries(values).map(([key, value]) =>
      key === "resources" ? times(requests(value), replicas) : chartValues(value, replicas),
    ),
  );
}

function add(a: Reservation, b: Reservation): Reservation {
  return {
    cpu: a.cpu + b.cpu,
    memoryGiB: a.memoryGiB + b.memoryGiB,
    gpus: a.gpus + b.gpus,
    storageGiB: a.storageGiB + b.storageGiB,
  };
}

function times(one: Reservation, count: number): Reservation {
  return {
    cpu: one.cpu * count,
    memoryGiB: one.memoryGiB * count,
    gpus: one.gpus * count,
    storageGiB: one.storageGiB * count,
  };
}

function sum(all: readonly Reservation[]): Reservation {
  return all.reduce(add, none);
}
