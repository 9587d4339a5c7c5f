import type { CostItem, PricedResource } from "./line";
import { assumptions, flatPrices, hoursPerMonth, pricesIn } from "./prices";
import { listAt, numberAt, textAt } from "./properties";

/** Zones of a region where a planned input does not list them. */
const usualZones = 3;

/**
 * What AWS charges for a resource whatever its use; types outside the table cost nothing or only by
 * use.
 */
export function serviceCost(resource: PricedResource): CostItem[] {
  return pricers[resource.type]?.(resource) ?? [];
}

const pricers: Readonly<Record<string, (resource: PricedResource) => CostItem[]>> = {
  "aws:eks/cluster:Cluster": () => [
    { item: "control plane", monthlyUsd: flatPrices.clusterHour * hoursPerMonth },
  ],
  "aws:ec2/natGateway:NatGateway": ({ region }) => [
    { item: "hours", monthlyUsd: pricesIn(region).natGateway * hoursPerMonth },
  ],
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
    { item: `${zones} zones`, monthlyUsd: zones * pricesIn(region).endpointZone * hoursPerMonth },
  ];
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
