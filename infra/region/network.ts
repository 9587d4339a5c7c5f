import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import { flowLogGroup } from "../aws/naming";
import { policyText } from "../aws/policy-document";
import { cidrProblems, planSubnets } from "./cidr";
import type { Environment } from "../../services/contract/environments";
import { classTags } from "../kubernetes/data-classes";
import {
  flowLogPermissions,
  flowLogTrust,
  interfaceServices,
  sessionServices,
  storagePolicy,
} from "./network-documents";

/**
 * Regions whose zones are not a, b and c, or where EKS places no control plane in one of them for
 * new accounts.
 */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  "ap-northeast-1": ["a", "c", "d"],
  "ca-central-1": ["a", "b", "d"],
};

/**
 * The three zones of a region, as literals: asking AWS for them would make every plan need
 * credentials.
 */
export function zonesOf(region: string): string[] {
  return (exceptions[region] ?? ["a", "b", "c"]).map((letter) => `${region}${letter}`);
}

/** Arguments of {@link Network}. */
export interface NetworkArgs {
  /** AWS region, e.g. `eu-west-1`. */
  readonly region: string;
  /** The stack's AWS account: nothing in the network writes to another's buckets. */
  readonly account: string;
  /** Name of the stack. */
  readonly stack: string;
  /**
   * prod has a NAT gateway and endpoints in every zone; dev in one, which is cheaper and may fail
   * with that zone.
   */
  readonly environment: Environment;
  /** Private IPv4 block of the VPC, /16 to /20. */
  readonly cidr: string;
  /** Key that encrypts the flow logs. */
  readonly logsKeyArn: pulumi.Input<string>;
  /** Whether an instance takes sessions of Systems Manager. @default false */
  readonly sessions?: boolean;
}

/** What is wrong with the arguments. */
export function networkProblems({ region, cidr }: NetworkArgs): string[] {
  return cidrProblems([{ name: region, cidr }]).map(
    ({ allowed }) => `cidr (${cidr}) must be ${allowed}`,
  );
}

/** A zone's private side. */
interface PrivateSide {
  readonly zone: string;
  readonly subnet: ec2.Subnet;
  readonly routes: ec2.RouteTable;
}

/**
 * A VPC over three zones. Nodes and pods live in private subnets; public subnets hold the load
 * balancer and the NAT gateways only, and nothing gets a public address by itself.
 *
 * Teardown: nodes must keep their way out until the last pod has stopped, because finalizers run in
 * pods. So `privateSubnetIds` come from the route table associations, which depend on the routes to
 * the NAT: whoever uses the ids is deleted before the routes.
 */
export class Network extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:regional:Network";

  readonly vpcId: pulumi.Output<string>;
  /** One for each zone, usable only once their way out exists. */
  readonly privateSubnetIds: pulumi.Output<string>[];
  /** One for each zone, usable only once their way out exists. */
  readonly publicSubnetIds: pulumi.Output<string>[];

  constructor(
    readonly name: string,
    private readonly args: NetworkArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(
      Network.__pulumiType,
      name,
      { region: args.region, environment: args.environment, cidr: args.cidr },
      opts,
    );
    const problems = networkProblems(args);
    if (problems.length > 0) throw new pulumi.ResourceError(problems.join("; "), this);

    const network = new ec2.Vpc(
      name,
      { cidrBlock: args.cidr, enableDnsHostnames: true, enableDnsSupport: true, tags: this.tags() },
      { parent: this },
    );
    this.vpcId = network.id;
    this.closeDefaultSecurityGroup();
    this.logFlows();

    const publicAssociations = this.createPublicSubnets();
    this.publicSubnetIds = publicAssociations.map((association) =>
      association.subnetId.apply(requireId),
    );
    const privateSides = this.createPrivateSubnets();
    this.createEndpoints(privateSides);
    this.privateSubnetIds = this.routeOut(privateSides, this.createNatGateways(publicAssociations));
    this.registerOutputs({
      vpcId: this.vpcId,
      privateSubnetIds: this.privateSubnetIds,
      publicSubnetIds: this.publicSubnetIds,
    });
  }

  private tags(part?: string): Record<string, string> {
    return { Name: part === undefined ? this.name : `${this.name}-${part}` };
  }

  private plan() {
    return planSubnets(this.args.cidr, zonesOf(this.args.region));
  }

  /** The group that AWS gives to whatever names none: it lets nothing in and nothing out. */
  private closeDefaultSecurityGroup(): void {
    new ec2.DefaultSecurityGroup(
      `${this.name}-default`,
      { vpcId: this.vpcId, ingress: [], egress: [], tags: this.tags("default-closed") },
      { parent: this },
    );
  }

  private logFlows(): void {
    const name = `${this.name}-flow-logs`;
    const group = new cloudwatch.LogGroup(
      name,
      {
        name: flowLogGroup(this.args, this.args.region),
        kmsKeyId: this.args.logsKeyArn,
        retentionInDays: this.args.environment === "prod" ? 400 : 30,
        tags: classTags("systemLogs"),
      },
      { parent: this },
    );
    const role = new iam.Role(
      name,
      {
        description: `Writes the flow logs of ${this.name}`,
        assumeRolePolicy: policyText(flowLogTrust()),
      },
      { parent: this },
    );
    const permissions = new iam.RolePolicy(
      name,
      { role: role.id, policy: group.arn.apply((arn) => policyText(flowLogPermissions(arn))) },
      { parent: this },
    );
    new ec2.FlowLog(
      name,
      {
        vpcId: this.vpcId,
        trafficType: "ALL",
        logDestinationType: "cloud-watch-logs",
        logDestination: group.arn,
        iamRoleArn: role.arn,
        maxAggregationInterval: 60,
        tags: this.tags("flow-logs"),
      },
      { parent: this, dependsOn: permissions },
    );
  }

  private createPublicSubnets(): ec2.RouteTableAssociation[] {
    const gateway = new ec2.InternetGateway(
      this.name,
      { vpcId: this.vpcId, tags: this.tags() },
      { parent: this },
    );
    const table = new ec2.RouteTable(
      `${this.name}-public`,
      { vpcId: this.vpcId, tags: this.tags("public") },
      { parent: this },
    );
    const route = new ec2.Route(
      `${this.name}-public`,
      { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id },
      { parent: this },
    );
    return this.plan().map(({ zone, public: cidrBlock }) => {
      const name = `${this.name}-public-${zone}`;
      const subnet = new ec2.Subnet(
        name,
        {
          vpcId: this.vpcId,
          availabilityZone: zone,
          cidrBlock,
          mapPublicIpOnLaunch: false,
          tags: { ...this.tags(`public-${zone}`), "kubernetes.io/role/elb": "1" },
        },
        { parent: this },
      );
      return new ec2.RouteTableAssociation(
        name,
        { subnetId: subnet.id, routeTableId: table.id },
        { parent: this, dependsOn: route },
      );
    });
  }

  private createPrivateSubnets(): PrivateSide[] {
    return this.plan().map(({ zone, private: cidrBlock }) => {
      const name = `${this.name}-private-${zone}`;
      // EKS Auto Mode finds subnets for internal load balancers by this tag.
      const tags = { ...this.tags(`private-${zone}`), "kubernetes.io/role/internal-elb": "1" };
      const subnet = new ec2.Subnet(
        name,
        { vpcId: this.vpcId, availabilityZone: zone, cidrBlock, mapPublicIpOnLaunch: false, tags },
        { parent: this },
      );
      const routes = new ec2.RouteTable(
        name,
        { vpcId: this.vpcId, tags: this.tags(`private-${zone}`) },
        { parent: this },
      );
      return { zone, subnet, routes };
    });
  }

  /** In prod a zone that fails takes only its own NAT gateway with it. */
  private createNatGateways(publicSubnets: readonly ec2.RouteTableAssociation[]): ec2.NatGateway[] {
    const zones = this.plan().map(({ zone }) => zone);
    return publicSubnets
      .slice(0, this.args.environment === "prod" ? zones.length : 1)
      .map((association, i) => {
        const name = `${this.name}-nat-${zones[i]}`;
        const address = new ec2.Eip(
          name,
          { domain: "vpc", tags: this.tags(`nat-${zones[i]}`) },
          { parent: this },
        );
        return new ec2.NatGateway(
          name,
          {
            subnetId: association.subnetId,
            allocationId: address.id,
            connectivityType: "public",
            tags: this.tags(`nat-${zones[i]}`),
          },
          { parent: this, dependsOn: association },
        );
      });
  }

  private routeOut(
    sides: readonly PrivateSide[],
    gateways: readonly ec2.NatGateway[],
  ): pulumi.Output<string>[] {
    return sides.map(({ zone, subnet, routes }, i) => {
      const name = `${this.name}-private-${zone}`;
      const nat = gateways[i] ?? gateways[0];
      const route = new ec2.Route(
        name,
        { routeTableId: routes.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: nat?.id },
        { parent: this },
      );
      return new ec2.RouteTableAssociation(
        name,
        { subnetId: subnet.id, routeTableId: routes.id },
        { parent: this, dependsOn: route },
      ).subnetId.apply(requireId);
    });
  }

  private createEndpoints(sides: readonly PrivateSide[]): void {
    const { region, environment, sessions } = this.args;
    const group = this.createEndpointGroup();
    const subnetIds = sides
      .slice(0, environment === "prod" ? sides.length : 1)
      .map(({ subnet }) => subnet.id);
    for (const service of [...interfaceServices, ...(sessions ? sessionServices : [])]) {
      new ec2.VpcEndpoint(
        `${this.name}-${service.replace(".", "-")}`,
        {
          vpcId: this.vpcId,
          vpcEndpointType: "Interface",
          serviceName: `com.amazonaws.${region}.${service}`,
          privateDnsEnabled: true,
          ...(service === "s3" && this.ownBuckets()),
          subnetIds,
          securityGroupIds: [group.id],
          tags: this.tags(service),
        },
        { parent: this },
      );
    }
  }

  /** What the endpoint of S3 has that no other needs. */
  private ownBuckets() {
    return {
      // Else the name would lead pods to a gateway endpoint, which there is not.
      dnsOptions: { privateDnsOnlyForInboundResolverEndpoint: false },
      policy: policyText(storagePolicy(this.args.account)),
    };
  }

  /** Who may reach the endpoints: the VPC alone. */
  private createEndpointGroup(): ec2.SecurityGroup {
    const name = `${this.name}-endpoints`;
    const group = new ec2.SecurityGroup(
      name,
      {
        vpcId: this.vpcId,
        description: "AWS endpoints: HTTPS from this VPC, nothing out",
        egress: [],
        tags: this.tags("endpoints"),
      },
      { parent: this },
    );
    new vpc.SecurityGroupIngressRule(
      name,
      {
        securityGroupId: group.id,
        description: "HTTPS from nodes and pods",
        cidrIpv4: this.args.cidr,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
      },
      { parent: this },
    );
    return group;
  }
}

/**
 * The id that an association was given; its type allows none, because an association may be for a
 * gateway.
 */
function requireId(id: string | undefined): string {
  if (id === undefined) throw new Error("a route table association without a subnet");
  return id;
}
