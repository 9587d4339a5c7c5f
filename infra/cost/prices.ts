/**
 * List prices of AWS in US dollars, on demand, without tax, discounts or free tier, from the public
 * pricing pages of each service (aws.amazon.com/<service>/pricing). They were written down by hand
 * and are good for comparing plans, not for an invoice: update `pricesAsOf` with every change.
 */
export const pricesAsOf = "2025-06-30";

/** Hours in a month, as AWS's own calculator counts them. */
export const hoursPerMonth = 730;

/** Prices that differ between regions; per hour unless the name says otherwise. */
export interface RegionalPrices {
  /**
   * m6i.xlarge, Linux: 4 vCPU and 16 GiB, the shape that Auto Mode picks for general pods most
   * often.
   */
  readonly generalNode: number;
  /** g5.xlarge, Linux: one A10G, 4 vCPU and 16 GiB. */
  readonly gpuNode: number;
  /** t4g.nano, Linux: what sessions of Systems Manager go through. */
  readonly accessInstance: number;
  readonly natGateway: number;
  readonly loadBalancer: number;
  /** One interface endpoint in one zone. */
  readonly endpointZone: number;
  /** gp3, per GB and month. */
  readonly volumeGbMonth: number;
}

/** Regions with a price of their own; another region is priced as the dearest of these. */
export const regionalPrices: Readonly<Record<string, RegionalPrices>> = {
  "us-east-1": {
    generalNode: 0.192,
    gpuNode: 1.006,
    accessInstance: 0.0042,
    natGateway: 0.045,
    loadBalancer: 0.0225,
    endpointZone: 0.01,
    volumeGbMonth: 0.08,
  },
  "us-west-2": {
    generalNode: 0.192,
    gpuNode: 1.006,
    accessInstance: 0.0042,
    natGateway: 0.045,
    loadBalancer: 0.0225,
    endpointZone: 0.01,
    volumeGbMonth: 0.08,
  },
  "eu-west-1": {
    generalNode: 0.214,
    gpuNode: 1.123,
    accessInstance: 0.0046,
    natGateway: 0.048,
    loadBalancer: 0.0252,
    endpointZone: 0.011,
    volumeGbMonth: 0.088,
  },
  "eu-central-1": {
    generalNode: 0.23,
    gpuNode: 1.258,
    accessInstance: 0.0048,
    natGateway: 0.052,
    loadBalancer: 0.027,
    endpointZone: 0.012,
    volumeGbMonth: 0.0952,
  },
  "ap-northeast-1": {
    generalNode: 0.248,
    gpuNode: 1.459,
    accessInstance: 0.0054,
    natGateway: 0.062,
    loadBalancer: 0.0243,
    endpointZone: 0.014,
    volumeGbMonth: 0.096,
  },
};

/** Prices that are the same in every region that we price. */
export const flatPrices = {
  /** EKS cluster on a version in standard support, per hour. */
  clusterHour: 0.1,
  /** Public IPv4 address in use, per hour. */
  addressHour: 0.005,
  /** Customer-managed KMS key or replica, per month. */
  keyMonth: 1,
  /** Secret, per month. */
  secretMonth: 0.4,
  /** Web ACL and each of its rules, per month. */
  webAclMonth: 5,
  webAclRuleMonth: 1,
  /**
   * Health check of an AWS endpoint, and each of its optional features (HTTPS, 10-second interval,
   * latency), per month.
   */
  healthCheckMonth: 0.5,
  healthCheckFeatureMonth: 1,
} as const;

/**
 * Shares and sizes that turn requests into nodes, and one estimate where AWS charges by what it
 * finds.
 */
export const assumptions = {
  /** EKS Auto Mode charges about 12% of the on-demand price of each node on top. */
  autoModeSurcharge: 0.12,
  /** Nodes are not filled to the brim: the kubelet, daemons and odd sizes take a fifth. */
  packing: 0.8,
  nodeCpu: 4,
  nodeMemoryGiB: 16,
  /** Auto Mode's data volume of each node. */
  nodeVolumeGb: 80,
  /** Volume of the instance that sessions go through. */
  accessVolumeGb: 8,
  /**
   * Our flat estimate for GuardDuty in a region with one cluster; it charges by event, log volume
   * and scanned gigabyte.
   */
  detectorMonth: 30,
} as const;

/** The prices of a region, or the dearest known ones. */
export function pricesIn(region: string): RegionalPrices {
  return regionalPrices[region] ?? dearest;
}

const known = Object.values(regionalPrices);
const highest = (pick: (prices: RegionalPrices) => number) => Math.max(...known.map(pick));
const dearest: RegionalPrices = {
  generalNode: highest((p) => p.generalNode),
  gpuNode: highest((p) => p.gpuNode),
  accessInstance: highest((p) => p.accessInstance),
  natGateway: highest((p) => p.natGateway),
  loadBalancer: highest((p) => p.loadBalancer),
  endpointZone: highest((p) => p.endpointZone),
  volumeGbMonth: highest((p) => p.volumeGbMonth),
};

/** One planned resource: what the engine, the offline plan or a test gives. */
export interface PricedResource {
  readonly type: string;
  readonly name: string;
  /** Region, or `global`. */
  readonly region: string;
  readonly props: Readonly<Record<string, unknown>>;
}

/** Something that a resource is charged for, before rounding. */
export interface CostItem {
  /** What is charged, with its amount, e.g. `3 zones`. */
  readonly item: string;
  readonly monthlyUsd: number;
}

/**
 * Readers of planned inputs, whose shape no type promises: what is missing or of another type reads
 * as absent.
 */

/** The value at a path of keys. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = Reflect.get(current, key);
  }
  return current;
}

/** The list at a path, or an empty one. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The text at a path. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
}

/** The number at a path. */
export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === "number" ? found : undefined;
}

const memoryUnits: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** Cores in a Kubernetes CPU quantity, e.g. 0.5 for `500m`; 0 for what is none. */
export function cores(quantity: unknown): number {
  const [, amount, unit] = /^([\d.]+)(m?)$/.exec(String(quantity)) ?? [];
  return amount === undefined ? 0 : Number(amount) / (unit === "m" ? 1_000 : 1);
}

/** GiB in a Kubernetes quantity of bytes, e.g. 0.5 for `512Mi`; 0 for what is none. */
export function gibibytes(quantity: unknown): number {
  const [, amount, unit = ""] = /^([\d.]+)([kMGT]?|[KMGT]i)$/.exec(String(quantity)) ?? [];
  return amount === undefined ? 0 : (Number(amount) * (memoryUnits[unit] ?? 0)) / 2 ** 30;
}

/** Zones of a region where a planned input does not list them. */
const usualZones = 3;

/**
 * What AWS charges for a resource whatever its use; types outside the table cost nothing or only by
 * use.
 */
export function serviceCost(resource: PricedResource): CostItem[] {
  return pricers[resource.type]?.(resource) ?? [];
}

/** Whether {@link serviceCost} knows a charge for resources of the type. */
export function hasListPrice(type: string): boolean {
  return type in pricers;
}

const pricers: Readonly<Record<string, (resource: PricedResource) => CostItem[]>> = {
  "aws:eks/cluster:Cluster": () => [
    { item: "control plane", monthlyUsd: flatPrices.clusterHour * hoursPerMonth },
  ],
  "aws:ec2/natGateway:NatGateway": ({ region }) => [
    { item: "hours", monthlyUsd: pricesIn(region).natGateway * hoursPerMonth },
  ],
  "aws:autoscaling/group:Group": accessInstances,
  "aws:ec2/eip:Eip": () => [
    { item: "public address", monthlyUsd: flatPrices.addressHour * hoursPerMonth },
  ],
  "aws:ec2/vpcEndpoint:VpcEndpoint": endpoint,
  "aws:lb/loadBalancer:LoadBalancer": loadBalancer,
  "aws:kms/key:Key": () => [{ item: "key", monthlyUsd: flatPrices.keyMonth }],
  "aws:kms/replicaKey:ReplicaKey": () => [{ item: "replica key", monthlyUsd: flatPrices.keyMonth }],
  "aws:secretsmanager/secret:Secret": () => [
    { item: "secret", monthlyUsd: flatPrices.secretMonth },
  ],
  "aws:guardduty/detector:Detector": () => [
    { item: "flat estimate", monthlyUsd: assumptions.detectorMonth },
  ],
  "aws:wafv2/webAcl:WebAcl": webAcl,
  "aws:route53/healthCheck:HealthCheck": healthCheck,
};

/** Gateway endpoints are free; an interface endpoint costs for each zone. */
function endpoint({ region, props }: PricedResource): CostItem[] {
  if (textAt(props, "vpcEndpointType") !== "Interface") return [];
  const zones = listAt(props, "subnetIds").length || usualZones;
  return [
    {
      item: counted(zones, "zone"),
      monthlyUsd: zones * pricesIn(region).endpointZone * hoursPerMonth,
    },
  ];
}

/** The program's only groups are those of the instances that sessions go through. */
function accessInstances({ region, props }: PricedResource): CostItem[] {
  const { accessInstance, volumeGbMonth } = pricesIn(region);
  const count = numberAt(props, "minSize") ?? 1;
  return [
    {
      item: counted(count, "instance"),
      monthlyUsd:
        count * (accessInstance * hoursPerMonth + assumptions.accessVolumeGb * volumeGbMonth),
    },
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function loadBalancer({ region, props }: PricedResource): CostItem[] {
  const hours = { item: "hours", monthlyUsd: pricesIn(region).loadBalancer * hoursPerMonth };
  if (props["internal"] === true) return [hours];
  const zones = listAt(props, "subnets").length || usualZones;
  return [
    hours,
    {
      item: `${zones} public addresses`,
      monthlyUsd: zones * flatPrices.addressHour * hoursPerMonth,
    },
  ];
}

function webAcl({ props }: PricedResource): CostItem[] {
  const rules = listAt(props, "rules").length;
  return [
    {
      item: `web ACL with ${rules} rules`,
      monthlyUsd: flatPrices.webAclMonth + rules * flatPrices.webAclRuleMonth,
    },
  ];
}

function healthCheck({ props }: PricedResource): CostItem[] {
  const features = [
    textAt(props, "type")?.startsWith("HTTPS") === true,
    numberAt(props, "requestInterval") === 10,
    props["measureLatency"] === true,
    props["searchString"] !== undefined,
  ];
  const chosen = features.filter(Boolean).length;
  return [
    {
      item: `check with ${chosen} optional features`,
      monthlyUsd: flatPrices.healthCheckMonth + chosen * flatPrices.healthCheckFeatureMonth,
    },
  ];
}
