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
    natGateway: 0.045,
    loadBalancer: 0.0225,
    endpointZone: 0.01,
    volumeGbMonth: 0.08,
  },
  "us-west-2": {
    generalNode: 0.192,
    gpuNode: 1.006,
    natGateway: 0.045,
    loadBalancer: 0.0225,
    endpointZone: 0.01,
    volumeGbMonth: 0.08,
  },
  "eu-west-1": {
    generalNode: 0.214,
    gpuNode: 1.123,
    natGateway: 0.048,
    loadBalancer: 0.0252,
    endpointZone: 0.011,
    volumeGbMonth: 0.088,
  },
  "eu-central-1": {
    generalNode: 0.23,
    gpuNode: 1.258,
    natGateway: 0.052,
    loadBalancer: 0.027,
    endpointZone: 0.012,
    volumeGbMonth: 0.0952,
  },
  "ap-northeast-1": {
    generalNode: 0.248,
    gpuNode: 1.459,
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
  natGateway: highest((p) => p.natGateway),
  loadBalancer: highest((p) => p.loadBalancer),
  endpointZone: highest((p) => p.endpointZone),
  volumeGbMonth: highest((p) => p.volumeGbMonth),
};
