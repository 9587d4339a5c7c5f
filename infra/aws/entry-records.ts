/** One region as callers reach it. */
export interface EntryRegion<T> {
  readonly region: string;
  readonly albDnsName: T;
  readonly albZoneId: T;
  /** Name that always means this region; the health check asks it, so it must not fail over. */
  readonly hostName: string;
  /**
   * Set while the region is taken out of service: nothing is answered with it. @default in service
   */
  readonly drained?: { readonly reason: string } | undefined;
  /**
   * Requests per second at the busiest time, by model. @default what the least replicas are scaled
   * for
   */
  readonly peakRequestsPerSecond?: Readonly<Record<string, number>> | undefined;
}

/** One answer of a region's own name. */
export interface FailoverAnswer {
  /** Name that callers use to ask for a region, e.g. `eu-west-1.models.example.com`. */
  readonly name: string;
  readonly role: "PRIMARY" | "SECONDARY";
  /** Region that answers. */
  readonly target: string;
}

/** Name under which callers ask for one region and still get another when it is lost. */
export function regionalName(region: string, domainName: string): string {
  return `${region}.${domainName}`;
}

/**
 * Failover answers of every region: itself first, then the next in the list; a single region has no
 * second. A drained region is no answer, so its own name is answered by the two after it.
 */
export function failoverAnswers(
  regions: readonly Pick<EntryRegion<unknown>, "region" | "drained">[],
  domainName: string,
): FailoverAnswer[] {
  return regions.flatMap(({ region }, index) => {
    const ring = [...regions.slice(index), ...regions.slice(0, index)].filter(
      ({ drained }) => drained === undefined,
    );
    const roles = ["PRIMARY", "SECONDARY"] as const;
    return roles.flatMap((role, rank) =>
      ring.slice(rank, rank + 1).map((target): FailoverAnswer => ({
        name: regionalName(region, domainName),
        role,
        target: target.region,
      })),
    );
  });
}
