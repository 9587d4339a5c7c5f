import type { PolicyDocument } from "../../../infra/aws/policy-document";
import { Network, networkProblems, zonesOf } from "../../../infra/region/network";
import { only, record, type RecordedResource } from "../../support/record";

const args = {
  region: "eu-west-1",
  account: "111122223333",
  stack: "prod",
  environment: "prod",
  cidr: "10.32.0.0/16",
  logsKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/mrk-1",
} as const;
const buildAnew = (changes: Partial<ConstructorParameters<typeof Network>[1]> = {}) =>
  record(() => void new Network("net", { ...args, ...changes }));
const built = new Map<string, RecordedResource[]>();
/** Builds each variant once: tests only look at it. */
async function build(
  changes: Partial<ConstructorParameters<typeof Network>[1]> = {},
): Promise<RecordedResource[]> {
  const key = JSON.stringify(changes);
  const resources = built.get(key) ?? (await buildAnew(changes));
  built.set(key, resources);
  return resources;
}
/** Resources of a type by name: the order of registration is not part of the contract. */
const ofType = (resources: readonly RecordedResource[], type: string) =>
  resources
    .filter((resource) => resource.type === type)
    .sort((a, b) => a.name.localeCompare(b.name));

describe("Network", () => {
  test("in prod each of the three zones has its own NAT gateway and way out", async () => {
    const resources = await build();
    expect(ofType(resources, "aws:ec2/natGateway:NatGateway").map((nat) => nat.name)).toEqual([
      "net-nat-eu-west-1a",
      "net-nat-eu-west-1b",
      "net-nat-eu-west-1c",
    ]);
    const gateways = ofType(resources, "aws:ec2/route:Route")
      .map((route) => route.inputs["natGatewayId"])
      .filter((id) => id !== undefined);
    expect(new Set(gateways).size).toBe(3);
  });

  test("in dev one NAT gateway serves all zones and endpoints sit in one", async () => {
    const resources = await build({ environment: "dev" });
    expect(ofType(resources, "aws:ec2/natGateway:NatGateway")).toHaveLength(1);
    expect(
      ofType(resources, "aws:ec2/route:Route").filter(
        (route) => route.inputs["natGatewayId"] !== undefined,
      ),
    ).toHaveLength(3);
    expect(
      only(resources, "aws:ec2/vpcEndpoint:VpcEndpoint", "net-sts").inputs["subnetIds"],
    ).toHaveLength(1);
  });

  test("subnets carry the tags that EKS Auto Mode looks for, and give no public address", async () => {
    const subnets = ofType(await build(), "aws:ec2/subnet:Subnet");
    expect(
      subnets.map(({ inputs }) => [
        inputs["availabilityZone"],
        inputs["cidrBlock"],
        inputs["mapPublicIpOnLaunch"],
        Object.keys(inputs["tags"] as object)[1],
      ]),
    ).toEqual([
      ["eu-west-1a", "10.32.0.0/18", false, "kubernetes.io/role/internal-elb"],
      ["eu-west-1b", "10.32.64.0/18", false, "kubernetes.io/role/internal-elb"],
      ["eu-west-1c", "10.32.128.0/18", false, "kubernetes.io/role/internal-elb"],
      ["eu-west-1a", "10.32.192.0/20", false, "kubernetes.io/role/elb"],
      ["eu-west-1b", "10.32.208.0/20", false, "kubernetes.io/role/elb"],
      ["eu-west-1c", "10.32.224.0/20", false, "kubernetes.io/role/elb"],
    ]);
  });

  test("only public subnets route to the internet gateway", async () => {
    const resources = await build();
    const toInternet = ofType(resources, "aws:ec2/route:Route").filter(
      (route) => route.inputs["gatewayId"] !== undefined,
    );
    expect(toInternet.map((route) => route.name)).toEqual(["net-public"]);
  });

  test("the default security group lets nothing in or out", async () => {
    const { inputs } = only(await build(), "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup");
    expect(inputs).toMatchObject({ ingress: [], egress: [] });
  });

  test("all flows are logged to an encrypted group that is kept for 400 days in prod", async () => {
    const resources = await build();
    expect(only(resources, "aws:cloudwatch/logGroup:LogGroup").inputs).toMatchObject({
      name: "/causeway/prod/eu-west-1/vpc-flow-logs",
      kmsKeyId: args.logsKeyArn,
      retentionInDays: 400,
    });
    expect(only(resources, "aws:ec2/flowLog:FlowLog").inputs).toMatchObject({
      trafficType: "ALL",
      logDestinationType: "cloud-watch-logs",
    });
  });

  test("endpoints take HTTPS from the VPC alone, and S3 has one at its own name", async () => {
    const resources = await build();
    expect(
      only(resources, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs,
    ).toMatchObject({ cidrIpv4: "10.32.0.0/16", ipProtocol: "tcp", fromPort: 443, toPort: 443 });
    const endpoints = ofType(resources, "aws:ec2/vpcEndpoint:VpcEndpoint");
    expect(
      endpoints
        .filter(({ inputs }) => inputs["vpcEndpointType"] === "Interface")
        .map(({ inputs }) => inputs["serviceName"]),
    ).toEqual(
      [
        "aps-workspaces",
        "ec2",
        "ecr.api",
        "ecr.dkr",
        "eks",
        "eks-auth",
        "kms",
        "logs",
        "s3",
        "secretsmanager",
        "sts",
      ].map((service) => `com.amazonaws.eu-west-1.${service}`),
    );
    expect(only(resources, "aws:ec2/vpcEndpoint:VpcEndpoint", "net-s3").inputs).toMatchObject({
      serviceName: "com.amazonaws.eu-west-1.s3",
      privateDnsEnabled: true,
      dnsOptions: { privateDnsOnlyForInboundResolverEndpoint: false },
    });
  });

  test("nothing in the network writes to a bucket of another account", async () => {
    const endpoint = only(await build(), "aws:ec2/vpcEndpoint:VpcEndpoint", "net-s3");
    const { Statement } = JSON.parse(String(endpoint.inputs["policy"])) as PolicyDocument;
    const denial = Statement.find(({ Effect }) => Effect === "Deny");
    expect(denial?.Condition).toEqual({
      StringNotEquals: { "aws:ResourceAccount": "111122223333" },
    });
    const denied = (action: string) =>
      denial?.Action.some((pattern) => new RegExp(`^${pattern.replace("*", ".*")}$`).test(action));
    for (const write of ["PutObject", "PutObjectAcl", "DeleteObject", "CreateBucket"])
      expect(denied(`s3:${write}`)).toBe(true);
    for (const read of ["GetObject", "ListBucket"]) expect(denied(`s3:${read}`)).toBe(false);
  });

  test("every child has the component as its parent and starts with its name", async () => {
    const [component, ...children] = await build();
    expect(component!.type).toBe("causeway:regional:Network");
    for (const child of children) expect(child.name.startsWith("net")).toBe(true);
  });

  test("a block that cannot be a VPC is refused with what is allowed", () => {
    expect(networkProblems({ ...args, cidr: "10.32.0.0/24" })).toEqual([
      "cidr (10.32.0.0/24) must be a prefix from /16 to /20",
    ]);
  });
});

test.each([
  ["eu-west-1", ["eu-west-1a", "eu-west-1b", "eu-west-1c"]],
  ["ap-northeast-1", ["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"]],
  ["ca-central-1", ["ca-central-1a", "ca-central-1b", "ca-central-1d"]],
])("the zones of %s are known without asking", (region, zones) => {
  expect(zonesOf(region)).toEqual(zones);
});
