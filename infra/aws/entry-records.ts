/** One region as callers reach it. */
export interface EntryRegion<T> {
  readonly region: string;
  readonly albDnsName: T;
  readonly albZoneId: T;
  /** Name that always means this region; the health check asks it, so it must not fail over. */
  readonly hostName: string;
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

/** Failover answers of every region: itself first, then the next in the list; a single region has no second. */
export function failoverAnswers(regions: readonly string[], domainName: string): FailoverAnswer[] {
  return regions.flatMap((region, index) => {
    const name = regionalName(region, domainName);
    const next = regions[(index + 1) % regions.length];
    const primary: FailoverAnswer = { name, role: "PRIMARY", target: region };
    return next === undefined || next === region ? [primary] : [primary, { name, role: "SECONDARY", target: next }];
  });
}
