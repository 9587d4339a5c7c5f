import * as vpc from "@pulumi/aws/vpc";
import { CustomResource, type CustomResourceArgs } from "@pulumi/kubernetes/apiextensions";
import * as pulumi from "@pulumi/pulumi";
import { gatewayPorts } from "../kubernetes/gateway";
import {
  certificates,
  gateway,
  healthRoute,
  targetGroupBinding,
  type ReadinessRoute,
} from "./mesh-gateway";
import {
  accessLogs,
  callerPolicy,
  denyByDefault,
  strictMutualTls,
  tokenAuthentication,
  type Identity,
} from "./mesh-policies";
import { loadBalancerHosts } from "../region/certificate";
import type { OrderedOptions } from "../kubernetes/ordering";

/** The load balancer in front of the gateway. */
export interface LoadBalancer {
  /**
   * Target group of type `ip`; it must carry the tag `eks:eks-cluster-name`, or EKS may not
   * register pods in it.
   */
  readonly targetGroupArn: pulumi.Input<string>;
  readonly securityGroupId: pulumi.Input<string>;
  /** Security group of the cluster's nodes and pods. */
  readonly clusterSecurityGroupId: pulumi.Input<string>;
}

/** Arguments of {@link Mesh}. */
export interface MeshArgs {
  readonly region: string;
  /**
   * Host names that the gateway answers for: the one of callers, and the region's own. No wildcard
   * but that of the load balancers of a region.
   */
  readonly hosts: readonly string[];
  readonly identity: Identity;
  /** Model whose readiness is the region's health. @default the gateway answers by itself */
  readonly readiness?: ReadinessRoute | undefined;
  /** Only on AWS. */
  readonly loadBalancer?: LoadBalancer | undefined;
}

/** What is wrong with the arguments. */
export function meshProblems({ region, hosts, identity }: MeshArgs): string[] {
  const problems: string[] = [];
  if (hosts.length === 0) problems.push("hosts must name at least one host");
  for (const host of hosts.filter(
    (each) => each.includes("*") && each !== loadBalancerHosts(region),
  ))
    problems.push(`hosts (${host}) must not hold a wildcard`);
  if (!identity.issuer.startsWith("https://"))
    problems.push(`identity.issuer (${identity.issuer}) must be an https URL`);
  if (!identity.jwksUri.startsWith("https://"))
    problems.push(`identity.jwksUri (${identity.jwksUri}) must be an https URL`);
  if (identity.audiences.length === 0)
    problems.push("identity.audiences must name at least one audience");
  return problems;
}

/**
 * Who may talk to whom: mutual TLS everywhere, nothing allowed that no policy allows, callers with
 * a token at one gateway.
 *
 * Teardown: the binding to the load balancer has a finalizer that takes pods out of the target
 * group. It depends on the releases, so it goes while the cluster still works, and before the load
 * balancer, whose target group it names.
 */
export class Mesh extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:regional:Mesh";

  /** What models wait for: no model takes a request before the mesh refuses by default. */
  readonly ready: readonly pulumi.Resource[];

  private readonly after: readonly pulumi.Resource[];
  /** `opts.dependsOn` are the releases, whose definitions these resources use. */
  constructor(
    private readonly name: string,
    args: MeshArgs,
    opts?: OrderedOptions,
  ) {
    const { region, hosts, identity } = args;
    super(Mesh.__pulumiType, name, { region, hosts, identity }, opts);
    this.after = opts?.dependsOn ?? [];
    const problems = meshProblems(args);
    if (problems.length > 0) throw new pulumi.ResourceError(problems.join("; "), this);

    const policies = [
      this.create("mutual-tls", strictMutualTls()),
      this.create("default-deny", denyByDefault()),
      this.create("access-logs", accessLogs()),
      this.create("tokens", tokenAuthentication(identity)),
      this.create("callers", callerPolicy(identity)),
    ];
    // No door before its guards.
    const door = this.openGateway(args, policies);
    if (args.loadBalancer) this.bind(args.loadBalancer, door);
    this.ready = [...policies, door];
    this.registerOutputs({ hosts });
  }

  private create(
    part: string,
    manifest: CustomResourceArgs,
    dependsOn: readonly pulumi.Resource[] = [],
  ): CustomResource {
    return new CustomResource(`${this.name}-${part}`, manifest, {
      parent: this,
      dependsOn: [...this.after, ...dependsOn],
    });
  }

  private openGateway(
    { hosts, readiness }: MeshArgs,
    policies: readonly pulumi.Resource[],
  ): CustomResource {
    const chain: CustomResource[] = [];
    for (const certificate of certificates(hosts))
      chain.push(
        this.create(
          `${certificate.kind.toLowerCase()}-${certificate.metadata.name}`,
          certificate,
          chain,
        ),
      );
    const door = this.create("gateway", gateway(hosts), [...policies, ...chain]);
    this.create("health", healthRoute(hosts, readiness), [door]);
    return door;
  }

  /** Lets the load balancer reach the gateway's pods, and only there. */
  private bind(
    { targetGroupArn, securityGroupId, clusterSecurityGroupId }: LoadBalancer,
    door: pulumi.Resource,
  ): void {
    const rules = Object.entries(gatewayPorts).map(([use, port]) => {
      const rule = {
        securityGroupId: clusterSecurityGroupId,
        referencedSecurityGroupId: securityGroupId,
        description: `Load balancer to the gateway: ${use}`,
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
      };
      return new vpc.SecurityGroupIngressRule(`${this.name}-load-balancer-${use}`, rule, {
        parent: this,
      });
    });
    this.create("load-balancer", targetGroupBinding(targetGroupArn), [...rules, door]);
  }
}
