import {
  assumptions,
  hoursPerMonth,
  pricesIn,
  type PricedResource,
  type CostItem,
  textAt,
  at,
  cores,
  gibibytes,
  listAt,
  numberAt,
  hasListPrice,
  serviceCost,
} from "./prices";

/** What a workload reserves on nodes and disks, over all its replicas. */
export interface Reservation {
  readonly cpu: number;
  readonly memoryGiB: number;
  readonly gpus: number;
  readonly storageGiB: number;
}

const none: Reservation = { cpu: 0, memoryGiB: 0, gpus: 0, storageGiB: 0 };

/** Type that keeps a workload at its least replicas while there is no load. */
const autoscaler = "kubernetes:keda.sh/v1alpha1:ScaledObject";

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
      .filter(({ type }) => type === autoscaler)
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

type Reserver = (resource: PricedResource, least: Minimums) => Reservation;

/** What reserves nodes and volumes; other types run no pods. */
const reservers: Readonly<Record<string, Reserver>> = {
  "kubernetes:argoproj.io/v1alpha1:Rollout": replicated,
  "kubernetes:apps/v1:Deployment": replicated,
  "kubernetes:apps/v1:StatefulSet": replicated,
  "kubernetes:core/v1:PersistentVolumeClaim": ({ props }) => ({
    ...none,
    storageGiB: claim(props),
  }),
  "kubernetes:elasticsearch.k8s.elastic.co/v1:Elasticsearch": ({ props }) =>
    sum(
      listAt(props, "spec", "nodeSets").map((set) =>
        times(add(podOf(at(set, "podTemplate")), claims(set)), numberAt(set, "count") ?? 1),
      ),
    ),
  "kubernetes:kibana.k8s.elastic.co/v1:Kibana": ({ props }) =>
    times(podOf(at(props, "spec", "podTemplate")), numberAt(props, "spec", "count") ?? 1),
  "kubernetes:helm.sh/v3:Release": ({ props }) => chartValues(props["values"], 1),
};

/** Whether a resource of the type can change the estimate: the arguments of others are not read. */
export function isPriced(type: string): boolean {
  return type === autoscaler || type in reservers || hasListPrice(type);
}

/** What a resource reserves while there is no load; nothing for what runs no pods. */
export function reservation(resource: PricedResource, least: Minimums): Reservation {
  return reservers[resource.type]?.(resource, least) ?? none;
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

/** One charge of one resource. */
export interface CostLine {
  readonly type: string;
  /** Logical name of the resource. */
  readonly resource: string;
  readonly region: string;
  /** Model that the resource serves; absent for what all models share. */
  readonly model?: string;
  readonly item: string;
  /** Whole cents. */
  readonly monthlyUsd: number;
}

/** Estimated cost of a plan in US dollars a month, at rest: least replicas, no traffic. */
export interface CostEstimate {
  readonly total: number;
  readonly byRegion: Readonly<Record<string, number>>;
  /** Models only; what they share is in `total` and `byRegion`. */
  readonly byModel: Readonly<Record<string, number>>;
  readonly lines: readonly CostLine[];
}

/**
 * What the estimate leaves out, because it depends on use; the report says so beside every figure.
 */
export const notCovered = [
  "traffic: data transfer, NAT and endpoint gigabytes, load balancer capacity units, requests to WAF, S3, KMS and DNS",
  "stored bytes: buckets, images, logs, metrics, replication",
  "events: CloudTrail data events, GuardDuty beyond a flat estimate",
  "replicas above the minimum, training runs, retained nodes while pods move",
  "tax, support, savings plans and the free tier",
] as const;

/** Region of a stack on an existing cluster, where AWS charges nothing. */
const unpricedRegion = "local";

/**
 * Estimates the monthly cost of planned resources from their inputs. The parts of each breakdown
 * add up to the cent.
 */
export function estimateMonthlyCost(resources: readonly PricedResource[]): CostEstimate {
  const priced = resources.filter(({ region }) => region !== unpricedRegion);
  const least = minimums(priced);
  const lines = priced.flatMap((resource) =>
    [...serviceCost(resource), ...workloadCost(resource, least)].map(({ item, monthlyUsd }) => ({
      ...originOf(resource),
      item,
      monthlyUsd: cents(monthlyUsd),
    })),
  );
  return {
    total: cents(lines.reduce((sum, line) => sum + line.monthlyUsd, 0)),
    byRegion: totals(lines, (line) => line.region),
    byModel: totals(lines, (line) => line.model),
    lines,
  };
}

function originOf({
  type,
  name,
  region,
  props,
}: PricedResource): Pick<CostLine, "type" | "resource" | "region" | "model"> {
  const model =
    textAt(props, "metadata", "labels", "app.kubernetes.io/component") === "model-server"
      ? textAt(props, "metadata", "labels", "app.kubernetes.io/name")
      : undefined;
  return { type, resource: name, region, ...(model === undefined ? {} : { model }) };
}

function totals(
  lines: readonly CostLine[],
  groupOf: (line: CostLine) => string | undefined,
): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const line of lines) {
    const group = groupOf(line);
    if (group !== undefined) sums[group] = cents((sums[group] ?? 0) + line.monthlyUsd);
  }
  return sums;
}

function cents(usd: number): number {
  return Math.round(usd * 100) / 100;
}

/** What a workload's reservation costs in nodes and volumes. */
export function workloadCost(resource: PricedResource, least: Minimums): CostItem[] {
  const { cpu, memoryGiB, gpus, storageGiB } = reservation(resource, least);
  const prices = pricesIn(resource.region);
  const items: CostItem[] = [];
  if (gpus > 0)
    items.push({
      item: `${gpus} GPU nodes`,
      monthlyUsd: gpus * nodeMonth(prices.gpuNode, prices.volumeGbMonth),
    });
  // A GPU node brings four cores and 16 GiB, so the pods that need it cost nothing beyond it.
  else if (cpu > 0 || memoryGiB > 0)
    items.push({
      item: `${round(cpu)} vCPU and ${round(memoryGiB)} GiB`,
      monthlyUsd:
        generalNodes(cpu, memoryGiB) * nodeMonth(prices.generalNode, prices.volumeGbMonth),
    });
  if (storageGiB > 0)
    items.push({
      item: `${round(storageGiB)} GiB of volumes`,
      monthlyUsd: storageGiB * prices.volumeGbMonth,
    });
  return items;
}

/**
 * Share of general nodes that a reservation takes: the larger of its shares of cores and memory.
 */
export function generalNodes(cpu: number, memoryGiB: number): number {
  return (
    Math.max(cpu / assumptions.nodeCpu, memoryGiB / assumptions.nodeMemoryGiB) / assumptions.packing
  );
}

/** A node for a month: on-demand hours, the surcharge of Auto Mode, and its data volume. */
function nodeMonth(hourly: number, volumeGbMonth: number): number {
  return (
    hourly * (1 + assumptions.autoModeSurcharge) * hoursPerMonth +
    assumptions.nodeVolumeGb * volumeGbMonth
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
