import { resource } from "./resource";

const account = "111122223333";
export const accountRoot = `arn:aws:iam::${account}:root`;
export const keyArn = `arn:aws:kms:eu-west-1:${account}:key/mrk-1234`;

/** The text of an IAM policy document of these statements. */
export function document(...Statement: readonly Record<string, unknown>[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

export const keyPolicyStatement = {
  Sid: "Administer",
  Effect: "Allow",
  Principal: { AWS: accountRoot },
  Action: ["kms:*"],
  Resource: "*",
};
export const key = {
  multiRegion: true,
  enableKeyRotation: true,
  deletionWindowInDays: 30,
  policy: document(keyPolicyStatement),
};
export const replicaKey = {
  primaryKeyArn: keyArn,
  deletionWindowInDays: 30,
  policy: document(keyPolicyStatement),
};

export const trustStatement = {
  Sid: "Assume",
  Effect: "Allow",
  Action: ["sts:AssumeRole"],
  Principal: { AWS: `arn:aws:iam::${account}:role/MlEngineer` },
  Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } },
};
export const role = {
  name: "example-causeway-prod-ml-engineer",
  assumeRolePolicy: document(trustStatement),
  maxSessionDuration: 3600,
};
export const policyStatement = {
  Sid: "ReadData",
  Effect: "Allow",
  Action: ["s3:GetObject"],
  Resource: ["arn:aws:s3:::example-causeway-prod-data-eu-west-1/*"],
};
export const rolePolicy = {
  role: "example-causeway-prod-ml-engineer",
  policy: document(policyStatement),
};
export const rolePolicyAttachment = {
  role: "nodes",
  policyArn: "arn:aws:iam::aws:policy/AmazonEKSWorkerNodeMinimalPolicy",
};

export const logGroup = {
  name: "/aws/eks/causeway/cluster",
  kmsKeyId: keyArn,
  retentionInDays: 400,
  tags: { "causeway:classification": "internal" },
};
export const volume = {
  availabilityZone: "eu-west-1a",
  size: 10,
  encrypted: true,
  kmsKeyId: keyArn,
  tags: { "causeway:classification": "internal" },
};
export const workspace = {
  alias: "causeway",
  kmsKeyArn: keyArn,
  tags: { "causeway:classification": "internal" },
};
export const secret = { name: "webhook", kmsKeyId: keyArn };
export const topic = { name: "alerts", kmsMasterKeyId: keyArn };
export const queue = { name: "jobs", kmsMasterKeyId: keyArn };
const metadataOptions = { httpTokens: "required", httpPutResponseHopLimit: 1 };
export const launchTemplate = {
  name: "nodes",
  metadataOptions,
  blockDeviceMappings: [
    { deviceName: "/dev/xvda", ebs: { encrypted: "true", kmsKeyId: keyArn } },
    { deviceName: "/dev/sdb", virtualName: "ephemeral0" },
  ],
};
export const instance = {
  metadataOptions,
  rootBlockDevice: { encrypted: true, kmsKeyId: keyArn },
  ebsBlockDevices: [{ deviceName: "/dev/sdb", encrypted: true, kmsKeyId: keyArn }],
};

export const httpsListener = {
  loadBalancerArn: "arn:alb",
  port: 443,
  protocol: "HTTPS",
  sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
  defaultActions: [{ type: "forward", targetGroupArn: "arn:targets" }],
};
export const httpListener = {
  loadBalancerArn: "arn:alb",
  port: 80,
  protocol: "HTTP",
  defaultActions: [
    { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } },
  ],
};
export const targetGroup = {
  protocol: "HTTPS",
  port: 8443,
  targetType: "ip",
  vpcId: "vpc-1",
  healthCheck: { interval: 10, unhealthyThreshold: 3 },
};

export const ingressRule = {
  securityGroupId: "sg-1",
  ipProtocol: "tcp",
  fromPort: 443,
  toPort: 443,
  cidrIpv4: "0.0.0.0/0",
};
export const securityGroup = {
  vpcId: "vpc-1",
  ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["10.0.0.0/16"] }],
  egress: [],
};
export const securityGroupRule = {
  securityGroupId: "sg-1",
  type: "ingress",
  protocol: "tcp",
  fromPort: 8443,
  toPort: 8443,
  cidrBlocks: ["10.0.0.0/16"],
};

export const provider = {
  region: "eu-west-1",
  defaultTags: {
    tags: {
      "causeway:environment": "prod",
      "causeway:owner": "ml-platform",
      "causeway:stack": "prod",
    },
  },
};

export const repository = {
  name: "example-causeway-prod/models/loan-approval",
  imageTagMutability: "IMMUTABLE",
  imageScanningConfiguration: { scanOnPush: true },
  encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: keyArn }],
  tags: { "causeway:classification": "internal" },
};
/** A repository of images and its companions. */
export const registryStack = [
  resource("aws:ecr/repository:Repository", "repository", repository),
  resource("aws:ecr/lifecyclePolicy:LifecyclePolicy", "repository-lifecycle", {
    repository: repository.name,
    policy: "{}",
  }),
];

export const cluster = {
  name: "causeway",
  version: "1.35",
  vpcConfig: {
    subnetIds: ["subnet-1", "subnet-2", "subnet-3"],
    endpointPrivateAccess: true,
    endpointPublicAccess: false,
  },
  accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
  encryptionConfig: { resources: ["secrets"], provider: { keyArn } },
  enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
  deletionProtection: true,
};
export const trail = {
  name: "audit",
  kmsKeyId: keyArn,
  isMultiRegionTrail: true,
  includeGlobalServiceEvents: true,
  enableLogging: true,
  enableLogFileValidation: true,
  advancedEventSelectors: [
    {
      name: "Data",
      fieldSelectors: [
        { field: "eventCategory", equals: ["Data"] },
        { field: "resources.type", equals: ["AWS::S3::Object"] },
      ],
    },
    { fieldSelectors: [{ field: "eventCategory", equals: ["Management"] }] },
  ],
};
const httpsRule = { ipProtocol: "tcp", fromPort: 443, toPort: 443 };
/** Who may call a cluster whose group is `sg-cluster`. */
const callers = [
  resource(
    "aws:ec2/securityGroup:SecurityGroup",
    "callers",
    { vpcId: "vpc-callers", ingress: [] },
    "sg-callers",
  ),
  resource("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "callers-out", {
    ...httpsRule,
    securityGroupId: "sg-callers",
    referencedSecurityGroupId: "sg-cluster",
  }),
  resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "callers-in", {
    ...httpsRule,
    securityGroupId: "sg-cluster",
    referencedSecurityGroupId: "sg-callers",
  }),
];
/** A cluster and what an account must have that runs one. */
export const clusterStack = [
  resource("aws:eks/cluster:Cluster", "cluster", cluster, "sg-cluster"),
  ...callers,
  resource("aws:cloudtrail/trail:Trail", "trail", trail),
  resource("aws:guardduty/detector:Detector", "detector", { enable: true }),
  resource("aws:accessanalyzer/analyzer:Analyzer", "analyzer", {
    analyzerName: "causeway",
    type: "ACCOUNT",
  }),
];

export const subnet = {
  vpcId: "vpc-1",
  availabilityZone: "eu-west-1a",
  cidrBlock: "10.0.0.0/20",
  mapPublicIpOnLaunch: false,
};
/** A VPC over three zones. */
export const networkStack = [
  resource("aws:ec2/vpc:Vpc", "vpc", { cidrBlock: "10.0.0.0/16" }, "vpc-1"),
  resource("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "default-group", {
    vpcId: "vpc-1",
    ingress: [],
    egress: [],
  }),
  resource("aws:ec2/flowLog:FlowLog", "flow-log", { vpcId: "vpc-1", trafficType: "ALL" }),
  ...["s3", "ecr.api", "ecr.dkr", "sts"].map((service) =>
    resource("aws:ec2/vpcEndpoint:VpcEndpoint", service, {
      vpcId: "vpc-1",
      serviceName: `com.amazonaws.eu-west-1.${service}`,
    }),
  ),
  ...["a", "b", "c"].map((zone) =>
    resource("aws:ec2/subnet:Subnet", `subnet-${zone}`, {
      ...subnet,
      availabilityZone: `eu-west-1${zone}`,
    }),
  ),
  ...["a", "b", "c"].map((zone) =>
    resource("aws:ec2/natGateway:NatGateway", `nat-${zone}`, {
      subnetId: `subnet-${zone}`,
      connectivityType: "public",
    }),
  ),
];

const visibilityConfig = {
  metricName: "causeway",
  cloudwatchMetricsEnabled: true,
  sampledRequestsEnabled: true,
};
const managed = (name: string, priority: number) => ({
  name,
  priority,
  overrideAction: { none: {} },
  statement: { managedRuleGroupStatement: { vendorName: "AWS", name } },
  visibilityConfig,
});
export const webAcl = {
  scope: "REGIONAL",
  rules: [
    {
      name: "rate-limit",
      priority: 0,
      action: { block: {} },
      statement: { rateBasedStatement: { limit: 60000, aggregateKeyType: "IP" } },
      visibilityConfig,
    },
    managed("AWSManagedRulesCommonRuleSet", 1),
    managed("AWSManagedRulesKnownBadInputsRuleSet", 2),
  ],
  visibilityConfig,
};
export const loadBalancer = {
  loadBalancerType: "application",
  internal: false,
  subnets: ["subnet-a", "subnet-b", "subnet-c"],
  enableDeletionProtection: true,
  dropInvalidHeaderFields: true,
  desyncMitigationMode: "strictest",
  accessLogs: { enabled: true, bucket: "example-causeway-prod-logs-eu-west-1" },
};
/** The way into a region. */
export const entryStack = [
  resource("aws:lb/loadBalancer:LoadBalancer", "balancer", loadBalancer, "arn:alb"),
  resource("aws:wafv2/webAcl:WebAcl", "firewall", webAcl, "arn:acl"),
  resource("aws:wafv2/webAclAssociation:WebAclAssociation", "association", {
    resourceArn: "arn:alb",
    webAclArn: "arn:acl",
  }),
  resource("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "firewall-logs", {
    resourceArn: "arn:acl",
    logDestinationConfigs: ["arn:logs"],
  }),
];
