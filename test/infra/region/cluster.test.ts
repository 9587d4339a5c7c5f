import { Cluster, clusterProblems, type ClusterArgs } from "../../../infra/region/cluster";
import { only, record, type RecordedResource } from "../../support/record";

const key = (purpose: string) => `arn:aws:kms:eu-west-1:111122223333:key/${purpose}`;
const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const args: ClusterArgs = {
  name: "causeway-prod-eu-west-1",
  region: "eu-west-1",
  environment: "prod",
  kubernetesVersion: "1.35",
  deletionProtection: true,
  computeProfile: "auto-mode",
  privateSubnetIds: ["subnet-a", "subnet-b", "subnet-c"],
  secretsKeyArn: key("secrets"),
  logsKeyArn: key("logs"),
  volumesKeyArn: key("volumes"),
  administratorRoleArns: [role("deploy")],
  access: {
    platformAdmins: [role("Admin")],
    mlEngineers: [role("team/Scientist")],
    auditors: [role("Auditor")],
    pipelines: [role("deploy")],
    approvers: [role("ModelRisk")],
    erasers: [role("DataProtection")],
  },
  breakGlassRoleArn: role("example-causeway-prod-break-glass"),
  gpu: false,
};
const clusterType = "aws:eks/cluster:Cluster";

const buildAnew = async (changes: Partial<ClusterArgs> = {}): Promise<RecordedResource[]> =>
  record(() => void new Cluster("eu", { ...args, ...changes }));
const built = new Map<string, RecordedResource[]>();
/** Builds each variant once: tests only look at it. */
async function build(changes: Partial<ClusterArgs> = {}): Promise<RecordedResource[]> {
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

describe("Cluster", () => {
  test("the endpoint is private and secrets are encrypted with the given key", async () => {
    const { inputs } = only(await build(), clusterType);
    expect(inputs["vpcConfig"]).toEqual({
      subnetIds: args.privateSubnetIds,
      endpointPrivateAccess: true,
      endpointPublicAccess: false,
    });
    expect(inputs["encryptionConfig"]).toEqual({
      resources: ["secrets"],
      provider: { keyArn: key("secrets") },
    });
    expect(inputs["accessConfig"]).toEqual({
      authenticationMode: "API",
      bootstrapClusterCreatorAdminPermissions: false,
    });
  });

  test("the three capabilities of Auto Mode are on together and no add-on is self-managed", async () => {
    const { inputs } = only(await build(), clusterType);
    expect(inputs).toMatchObject({
      bootstrapSelfManagedAddons: false,
      computeConfig: { enabled: true },
      storageConfig: { blockStorage: { enabled: true } },
      kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true } },
    });
  });

  test("all five logs go to a group that exists first, encrypted and kept for 400 days", async () => {
    const resources = await build();
    const cluster = only(resources, clusterType);
    const logs = only(resources, "aws:cloudwatch/logGroup:LogGroup");
    expect(cluster.inputs["enabledClusterLogTypes"]).toEqual([
      "api",
      "audit",
      "authenticator",
      "controllerManager",
      "scheduler",
    ]);
    expect(logs.inputs).toMatchObject({
      name: "/aws/eks/causeway-prod-eu-west-1/cluster",
      kmsKeyId: key("logs"),
      retentionInDays: 400,
    });
    expect(cluster.options.dependencies).toContain(logs.urn);
  });

  test.each([true, false])("deletion protection is as told: %p", async (deletionProtection) => {
    expect(only(await build({ deletionProtection }), clusterType).inputs).toMatchObject({
      deletionProtection,
      zonalShiftConfig: { enabled: true },
      upgradePolicy: { supportType: "STANDARD" },
    });
  });

  test("each role has one entry with all its groups, and only administrators have the administrator policy", async () => {
    const resources = await build();
    const entries = ofType(resources, "aws:eks/accessEntry:AccessEntry").filter(
      (entry) => entry.inputs["type"] === "STANDARD",
    );
    expect(entries.map(({ name, inputs }) => [name, inputs["kubernetesGroups"]])).toEqual([
      ["eu-access-111122223333-admin", ["causeway:platform-admins"]],
      ["eu-access-111122223333-auditor", ["causeway:auditors"]],
      ["eu-access-111122223333-dataprotection", ["causeway:erasers"]],
      ["eu-access-111122223333-deploy", ["causeway:pipelines"]],
      ["eu-access-111122223333-modelrisk", ["causeway:approvers"]],
      ["eu-access-111122223333-team-scientist", ["causeway:ml-engineers"]],
      ["eu-access-break-glass", ["causeway:break-glass"]],
    ]);
    const policies = ofType(resources, "aws:eks/accessPolicyAssociation:AccessPolicyAssociation");
    expect(policies.map(({ name, inputs }) => [name, inputs["policyArn"]])).toEqual([
      [
        "eu-access-111122223333-deploy",
        "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
      ],
      ["eu-access-nodes", "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAutoNodePolicy"],
    ]);
  });

  test("nodes can join and pull images, and nothing else", async () => {
    const attached = ofType(
      await build(),
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    ).filter(({ name }) => name.startsWith("eu-nodes"));
    expect(attached.map(({ inputs }) => inputs["policyArn"])).toEqual([
      "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
      "arn:aws:iam::aws:policy/AmazonEKSWorkerNodeMinimalPolicy",
    ]);
  });

  test("the kubeconfig asks for a token of the caller's role and holds no credential", async () => {
    const provider = only(await build(), "pulumi:providers:kubernetes");
    const config = JSON.parse(String(provider.inputs["kubeconfig"]));
    expect(Object.keys(config.users[0].user)).toEqual(["exec"]);
    expect(config.users[0].user.exec).toMatchObject({
      command: "aws",
      args: [
        "eks",
        "get-token",
        "--cluster-name",
        "causeway-prod-eu-west-1",
        "--region",
        "eu-west-1",
        "--output",
        "json",
      ],
    });
    expect(config.clusters[0].cluster.server).toMatch(/^https:/);
  });

  test("the provider waits for every access entry, so that the last delete is still admitted", async () => {
    const resources = await build();
    const provider = only(resources, "pulumi:providers:kubernetes");
    const needed = [
      ...ofType(resources, "aws:eks/accessEntry:AccessEntry"),
      ...ofType(resources, "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"),
    ];
    expect(provider.options.dependencies).toEqual(
      expect.arrayContaining(needed.map(({ urn }) => urn)),
    );
  });

  test("network policies are switched on, since Auto Mode ignores them by default", async () => {
    expect(only(await build(), "kubernetes:core/v1:ConfigMap").inputs).toMatchObject({
      metadata: { name: "amazon-vpc-cni", namespace: "kube-system" },
      data: { "enable-network-policy-controller": "true" },
    });
  });

  test("nodes have encrypted storage, private subnets and an end to every drain", async () => {
    const resources = await build();
    expect(
      only(resources, "kubernetes:eks.amazonaws.com/v1:NodeClass").inputs["spec"],
    ).toMatchObject({
      subnetSelectorTerms: [{ id: "subnet-a" }, { id: "subnet-b" }, { id: "subnet-c" }],
      ephemeralStorage: { size: "80Gi", kmsKeyID: key("volumes") },
    });
    const pool = only(resources, "kubernetes:karpenter.sh/v1:NodePool");
    expect(pool.inputs["spec"]).toMatchObject({
      limits: { cpu: "1000" },
      template: {
        spec: {
          nodeClassRef: { group: "eks.amazonaws.com", kind: "NodeClass", name: "causeway-general" },
          terminationGracePeriod: "1h",
        },
      },
    });
  });

  test("accelerators exist only when a model asks, and only for pods that ask", async () => {
    const pools = ofType(await build({ gpu: true }), "kubernetes:karpenter.sh/v1:NodePool");
    expect(pools.map(({ name }) => name)).toEqual(["eu-nodes-general", "eu-nodes-gpu"]);
    expect(pools[1]!.inputs["spec"]).toMatchObject({
      template: {
        spec: { taints: [{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }] },
      },
    });
  });
});

test("all problems of the arguments are reported at once", () => {
  expect(
    clusterProblems({
      ...args,
      name: "Bad_Name",
      kubernetesVersion: "1.24",
      privateSubnetIds: ["subnet-a"],
      administratorRoleArns: [],
    }),
  ).toEqual([
    "name (Bad_Name) must be 1 to 63 lower-case letters, digits and hyphens",
    "kubernetesVersion (1.24) must be one of 1.34, 1.35, 1.36",
    "privateSubnetIds (1) must be three or more, one for each zone",
    "administratorRoleArns must name the role that runs pulumi up, because the endpoint admits nobody else",
  ]);
  expect(clusterProblems(args)).toEqual([]);
});
