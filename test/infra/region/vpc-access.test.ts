import { assumptions } from "../../../infra/cost/prices";
import { kubeconfig } from "../../../infra/region/kubeconfig";
import { sessionCommand, VpcAccess, type VpcAccessArgs } from "../../../infra/region/vpc-access";
import { only, record } from "../../support/record";

const args: VpcAccessArgs = {
  stack: "dev",
  via: "runner",
  vpcId: "vpc-1",
  vpcCidr: "10.32.0.0/16",
  privateSubnetIds: ["subnet-a", "subnet-b", "subnet-c"],
  volumesKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/mrk-volumes",
};
const build = (changes: Partial<VpcAccessArgs> = {}) =>
  record(() => void new VpcAccess("eu-access", { ...args, ...changes }));

test("callers may send HTTPS within the network and take nothing", async () => {
  const resources = await build();
  expect(only(resources, "aws:ec2/securityGroup:SecurityGroup").inputs).toMatchObject({
    vpcId: "vpc-1",
    ingress: [],
  });
  expect(
    only(resources, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule").inputs,
  ).toMatchObject({ cidrIpv4: "10.32.0.0/16", ipProtocol: "tcp", fromPort: 443, toPort: 443 });
  expect(resources.filter(({ type }) => type.startsWith("aws:"))).toHaveLength(2);
});

test("the instance of sessions is one, encrypted, closed and replaced every 14 days", async () => {
  const resources = await build({ via: "ssm" });
  expect(only(resources, "aws:ec2/launchTemplate:LaunchTemplate").inputs).toMatchObject({
    metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
    blockDeviceMappings: [{ ebs: { encrypted: "true", kmsKeyId: args.volumesKeyArn } }],
    tagSpecifications: ["instance", "volume"].map((resourceType) => ({
      resourceType,
      tags: { Name: "eu-access", "causeway:stack": "dev" },
    })),
  });
  expect(only(resources, "aws:autoscaling/group:Group").inputs).toMatchObject({
    minSize: 1,
    maxSize: 1,
    vpcZoneIdentifiers: args.privateSubnetIds,
    maxInstanceLifetime: 1_209_600,
  });
  expect(
    only(resources, "aws:iam/rolePolicyAttachment:RolePolicyAttachment").inputs["policyArn"],
  ).toBe("arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore");
  expect(resources.filter(({ type }) => type.includes("IngressRule"))).toEqual([]);
});

test("the instance is what its price is for", async () => {
  const { inputs } = only(await build({ via: "ssm" }), "aws:ec2/launchTemplate:LaunchTemplate");
  expect(inputs).toMatchObject({
    instanceType: "t4g.nano",
    blockDeviceMappings: [{ ebs: { volumeType: "gp3", volumeSize: assumptions.accessVolumeGb } }],
  });
});

test("the session leads to the port that the kubeconfig names, as the endpoint", () => {
  const command = sessionCommand({
    region: "eu-west-1",
    stack: "dev",
    clusterName: "causeway-dev-eu-west-1",
    instance: "eu-west-1-access",
    localPort: 8443,
  });
  expect(command).toContain("--document-name AWS-StartPortForwardingSessionToRemoteHost");
  expect(command).toContain(
    "Name=tag:Name,Values=eu-west-1-access Name=tag:causeway:stack,Values=dev",
  );
  expect(command).toContain("portNumber=443,localPortNumber=8443");
  const { clusters } = JSON.parse(
    kubeconfig({
      name: "causeway-dev-eu-west-1",
      region: "eu-west-1",
      endpoint: "https://A1.gr7.eu-west-1.eks.amazonaws.com",
      certificateAuthority: "Y2E=",
      tunnelPort: 8443,
    }),
  ) as { clusters: { cluster: unknown }[] };
  expect(clusters[0]!.cluster).toEqual({
    server: "https://localhost:8443",
    "tls-server-name": "a1.gr7.eu-west-1.eks.amazonaws.com",
    "certificate-authority-data": "Y2E=",
  });
});
