import type { RegionalEntryArgs } from "./entry";

/** What is wrong with the arguments of a region's entry; empty when nothing is. */
export function entryProblems(args: RegionalEntryArgs): string[] {
  const { publicSubnetIds, gatewayPort, rateLimitPerAddress } = args;
  return [
    ...(publicSubnetIds.length < 2
      ? [
          `publicSubnetIds (${publicSubnetIds.length}) must name subnets of at least 2 zones: a load balancer needs them`,
        ]
      : []),
    ...(Number.isInteger(gatewayPort) && gatewayPort >= 1 && gatewayPort <= 65_535
      ? []
      : [`gatewayPort (${gatewayPort}) must be a port from 1 to 65535`]),
    ...(rateLimitPerAddress === undefined || rateLimitPerAddress >= 10
      ? []
      : [`rateLimitPerAddress (${rateLimitPerAddress}) must be at least 10 requests in 5 minutes`]),
  ];
}
