import * as route53 from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";
import { describeProblem } from "../../services/contract/problems";
import { type RecoveryObjective, recoveryProblems } from "../../services/contract/recovery";
import { durationText } from "../../services/contract/units";
import { failoverAnswers, regionalName, type EntryRegion } from "./entry-records";

/** Path that the gateway answers without a token while the region can serve. */
export const healthPath = "/healthz";

/** Arguments of {@link GlobalEntry}. */
export interface GlobalEntryArgs {
  /** Name that callers use; answered with the nearest healthy region. */
  readonly domainName: string;
  readonly hostedZoneId: pulumi.Input<string>;
  readonly recovery: RecoveryObjective;
  /** Regions in the order of the stack file; each fails over to the next in service. */
  readonly regions: readonly EntryRegion<pulumi.Input<string>>[];
}

/**
 * Health checks and names over all regions: latency records at the domain, and a failover pair for
 * each region's own name. A drained region keeps its health check, which says when it may come
 * back, and is in no record: whatever blocks the region, the records of the others do not wait for
 * it.
 */
export class GlobalEntry extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:global:GlobalEntry";
  /** Address for callers, e.g. `https://models.example.com`. */
  readonly url: string;
  /** Address for callers of each region, by region; it fails over too. */
  readonly regionalUrls: Readonly<Record<string, string>>;

  constructor(name: string, args: GlobalEntryArgs, opts?: pulumi.ComponentResourceOptions) {
    const inputs = { ...args, recovery: recoveryInputs(args.recovery) };
    super(GlobalEntry.__pulumiType, name, inputs, opts);
    const problems = globalEntryProblems(args);
    if (problems.length > 0) throw new pulumi.ResourceError(problems.join("\n"), this);

    const entries = new Map(
      args.regions.map((entry) => [
        entry.region,
        { ...entry, check: this.createHealthCheck(name, entry, args) },
      ]),
    );
    for (const [region, entry] of entries) {
      if (entry.drained !== undefined) continue;
      this.createRecord(`${name}-${region}`, args, entry, {
        name: args.domainName,
        setIdentifier: region,
        latencyRoutingPolicies: [{ region }],
      });
    }
    for (const answer of failoverAnswers(args.regions, args.domainName)) {
      const target = entries.get(answer.target);
      if (target === undefined) continue;
      const id = `${name}-${answer.name.split(".")[0] ?? ""}-${answer.role.toLowerCase()}`;
      this.createRecord(id, args, target, {
        name: answer.name,
        setIdentifier: answer.role.toLowerCase(),
        failoverRoutingPolicies: [{ type: answer.role }],
      });
    }

    this.url = `https://${args.domainName}`;
    this.regionalUrls = Object.fromEntries(
      [...entries.keys()].map((region) => [
        region,
        `https://${regionalName(region, args.domainName)}`,
      ]),
    );
    this.registerOutputs({ url: this.url, regionalUrls: this.regionalUrls });
  }

  private createHealthCheck(
    name: string,
    entry: EntryRegion<pulumi.Input<string>>,
    { recovery }: GlobalEntryArgs,
  ): route53.HealthCheck {
    return new route53.HealthCheck(
      `${name}-${entry.region}-check`,
      {
        type: "HTTPS",
        fqdn: entry.hostName,
        port: 443,
        resourcePath: healthPath,
        enableSni: true,
        requestInterval: recovery.checkIntervalSeconds,
        failureThreshold: recovery.failureThreshold,
        measureLatency: true,
        tags: { Name: entry.hostName },
      },
      { parent: this },
    );
  }

  private createRecord(
    name: string,
    args: GlobalEntryArgs,
    entry: CheckedRegion,
    routing: Routing,
  ): void {
    new route53.Record(
      name,
      {
        ...routing,
        zoneId: args.hostedZoneId,
        type: "A",
        healthCheckId: entry.check.id,
        aliases: [{ name: entry.albDnsName, zoneId: entry.albZoneId, evaluateTargetHealth: true }],
      },
      { parent: this },
    );
  }
}

type CheckedRegion = EntryRegion<pulumi.Input<string>> & { readonly check: route53.HealthCheck };
type Routing = Pick<
  route53.RecordArgs,
  "name" | "setIdentifier" | "latencyRoutingPolicies" | "failoverRoutingPolicies"
>;

/** Recovery objectives in words, for the policies and people who read a component's inputs. */
function recoveryInputs({ rto, rpo, ...timing }: RecoveryObjective) {
  return {
    ...timing,
    rto: durationText(rto),
    ...(rpo !== undefined && { rpo: durationText(rpo) }),
  };
}

/** What is wrong with the arguments of the global entry; empty when nothing is. */
export function globalEntryProblems(args: GlobalEntryArgs): string[] {
  const names = args.regions.map(({ region }) => regionalName(region, args.domainName));
  return [
    ...(args.regions.some(({ drained }) => drained === undefined)
      ? []
      : [
          `regions must have at least one region in service, got ${args.regions.length === 0 ? "none" : "all of them drained"}`,
        ]),
    ...args.regions
      .filter(({ hostName }) => hostName === args.domainName || names.includes(hostName))
      .map(
        ({ region, hostName }) =>
          `hostName of ${region} (${hostName}) must be a name that never fails over, or its health check would follow the failover and report the lost region healthy`,
      ),
    ...(args.regions.length > 1 ? recoveryProblems(args).map(describeProblem) : []),
  ];
}
