import { Provider } from "@pulumi/aws/provider";
import { RegionalEntry, type RegionalEntryArgs } from "../../../infra/region/entry";
import { only, record, type RecordedResource } from "../../support/record";
import { ofType } from "../aws/support";

const args: RegionalEntryArgs = {
  region: "eu-west-1",
  stack: "prod",
  deletionProtection: true,
  callers: { domainName: "models.example.com", hostedZoneId: "Z0123456789PROD" },
  vpcId: "vpc-1",
  vpcCidr: "10.32.0.0/16",
  publicSubnetIds: ["subnet-a", "subnet-b", "subnet-c"],
  logBucketName: "example-causeway-prod-logs-eu-west-1",
  logsKeyArn: "arn:aws:kms:eu-west-1:444455556666:key/mrk-1",
  clusterName: "causeway-prod-eu-west-1",
  gatewayPort: 8443,
};

const entry = (overrides: Partial<RegionalEntryArgs> = {}) =>
  record(() => {
    const provider = new Provider("eu-west-1", { region: "eu-west-1" });
    new RegionalEntry("entry", { ...args, ...overrides }, { providers: [provider] });
  });

let resources: RecordedResource[];
beforeAll(async () => {
  resources = await entry();
});

describe("the load balancer", () => {
  it("faces the internet in every zone and refuses what it cannot parse", () => {
    expect(only(resources, "aws:lb/loadBalancer:LoadBalancer").inputs).toEqual({
      loadBalancerType: "application",
      internal: false,
      subnets: ["subnet-a", "subnet-b", "subnet-c"],
      securityGroups: [only(resources, "aws:ec2/securityGroup:SecurityGroup").id],
      enableDeletionProtection: true,
      dropInvalidHeaderFields: true,
      desyncMitigationMode: "strictest",
      preserveHostHeader: true,
      enableHttp2: true,
      idleTimeout: 60,
      accessLogs: { enabled: true, bucket: args.logBucketName, prefix: "alb" },
      connectionLogs: { enabled: true, bucket: args.logBucketName, prefix: "alb" },
    });
  });

  it("can be destroyed once it is not protected", async () => {
    expect(
      only(await entry({ deletionProtection: false }), "aws:lb/loadBalancer:LoadBalancer").inputs[
        "enableDeletionProtection"
      ],
    ).toBe(false);
  });

  it("takes TLS 1.2 or newer and redirects everything else", () => {
    const validation = only(resources, "aws:acm/certificateValidation:CertificateValidation");
    expect(only(resources, "aws:lb/listener:Listener", "entry-https").inputs).toMatchObject({
      port: 443,
      protocol: "HTTPS",
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
      certificateArn: validation.inputs["certificateArn"],
      defaultActions: [
        {
          type: "forward",
          targetGroupArn: only(resources, "aws:lb/targetGroup:TargetGroup").outputs["arn"],
        },
      ],
    });
    expect(only(resources, "aws:lb/listener:Listener", "entry-http").inputs).toMatchObject({
      port: 80,
      protocol: "HTTP",
      defaultActions: [
        { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } },
      ],
    });
    expect(ofType(resources, "aws:lb/listener:Listener")).toHaveLength(2);
  });

  it("listens only once its certificate is issued", () => {
    expect(
      only(resources, "aws:lb/listener:Listener", "entry-https").options.propertyDependencies[
        "certificateArn"
      ],
    ).toEqual([expect.stringContaining("CertificateValidation::entry-certificate-issued")]);
  });
});

describe("the security group", () => {
  it("lets callers in on 443 and 80, and out to the gateway inside the VPC alone", () => {
    const rules = (type: string) =>
      ofType(resources, `aws:vpc/${type}`).map(({ inputs }) => [
        inputs["fromPort"],
        inputs["toPort"],
        inputs["ipProtocol"],
        inputs["cidrIpv4"],
      ]);
    expect(rules("securityGroupIngressRule:SecurityGroupIngressRule")).toEqual([
      [443, 443, "tcp", "0.0.0.0/0"],
      [80, 80, "tcp", "0.0.0.0/0"],
    ]);
    expect(rules("securityGroupEgressRule:SecurityGroupEgressRule")).toEqual([
      [8443, 8443, "tcp", "10.32.0.0/16"],
      [15021, 15021, "tcp", "10.32.0.0/16"],
    ]);
  });
});

describe("the target group", () => {
  it("sends HTTPS to pod addresses and asks the gateway whether it is ready", () => {
    expect(only(resources, "aws:lb/targetGroup:TargetGroup").inputs).toMatchObject({
      targetType: "ip",
      protocol: "HTTPS",
      port: 8443,
      vpcId: "vpc-1",
      tags: { "eks:eks-cluster-name": "causeway-prod-eu-west-1" },
      deregistrationDelay: 20,
      healthCheck: {
        enabled: true,
        protocol: "HTTP",
        port: "15021",
        path: "/healthz/ready",
        matcher: "200",
        interval: 10,
        timeout: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 3,
      },
    });
  });

  it("is what the cluster binds its gateway to", () => {
    expect(only(resources, "causeway:regional:RegionalEntry").outputs).toMatchObject({
      targetGroupArn: only(resources, "aws:lb/targetGroup:TargetGroup").outputs["arn"],
      securityGroupId: only(resources, "aws:ec2/securityGroup:SecurityGroup").id,
      hostName: "origin-eu-west-1.models.example.com",
    });
  });
});

describe("names and certificate", () => {
  it("prove the domain and its wildcard with one record, which all regions write and none deletes", () => {
    expect(only(resources, "aws:acm/certificate:Certificate").inputs).toMatchObject({
      domainName: "models.example.com",
      subjectAlternativeNames: ["*.models.example.com"],
      validationMethod: "DNS",
    });
    const proof = only(resources, "aws:route53/record:Record", "entry-certificate-proof");
    expect(proof.options.retainOnDelete).toBe(true);
    expect(proof.inputs).toMatchObject({
      zoneId: "Z0123456789PROD",
      type: "CNAME",
      ttl: 60,
      allowOverwrite: true,
      name: expect.stringMatching(/\.models\.example\.com\.$/),
    });
  });

  it("give the region a name that never fails over", () => {
    const balancer = only(resources, "aws:lb/loadBalancer:LoadBalancer");
    expect(only(resources, "aws:route53/record:Record", "entry-origin").inputs).toEqual({
      zoneId: "Z0123456789PROD",
      name: "origin-eu-west-1.models.example.com",
      type: "A",
      aliases: [
        {
          name: balancer.outputs["dnsName"],
          zoneId: balancer.outputs["zoneId"],
          evaluateTargetHealth: true,
        },
      ],
    });
  });
});

describe("without a domain", () => {
  it("imports one certificate for the load balancer's name, and has no record", async () => {
    const asked: (readonly string[])[] = [];
    const own = await entry({
      callers: {
        issue: (hosts) => {
          asked.push(hosts);
          return { certificate: "a certificate", privateKey: "a key" };
        },
      },
    });
    const { outputs } = only(own, "aws:lb/loadBalancer:LoadBalancer");
    expect(asked).toEqual([[outputs["dnsName"], "*.eu-west-1.elb.amazonaws.com"]]);
    const certificate = only(own, "aws:acm/certificate:Certificate");
    expect(certificate.inputs).toMatchObject({ certificateBody: "a certificate" });
    expect(certificate.options.ignoreChanges).toEqual(["certificateBody", "privateKey"]);
    expect(own.filter(({ type }) => type.startsWith("aws:route53/"))).toEqual([]);
    expect(
      ofType(own, "aws:lb/listener:Listener").map(({ inputs }) => inputs["certificateArn"]),
    ).toContain(certificate.outputs["arn"]);
  });
});

describe("the firewall", () => {
  it("limits each address and applies AWS's rules, counting large bodies only", () => {
    const acl = only(resources, "aws:wafv2/webAcl:WebAcl").inputs;
    expect(acl).toMatchObject({
      scope: "REGIONAL",
      defaultAction: { allow: {} },
      visibilityConfig: { cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true },
    });
    const [limit, ...managed] = acl["rules"] as Record<string, unknown>[];
    expect(limit).toMatchObject({
      priority: 0,
      action: { block: { customResponse: { responseCode: 429 } } },
      statement: {
        rateBasedStatement: { limit: 60_000, evaluationWindowSec: 300, aggregateKeyType: "IP" },
      },
    });
    expect(managed.map((rule) => [rule["name"], rule["priority"], rule["overrideAction"]])).toEqual(
      [
        ["AWSManagedRulesAmazonIpReputationList", 1, { none: {} }],
        ["AWSManagedRulesCommonRuleSet", 2, { none: {} }],
        ["AWSManagedRulesKnownBadInputsRuleSet", 3, { none: {} }],
      ],
    );
    expect(managed[1]).toMatchObject({
      statement: {
        managedRuleGroupStatement: {
          ruleActionOverrides: [{ name: "SizeRestrictions_BODY", actionToUse: { count: {} } }],
        },
      },
    });
  });

  it("stands before the load balancer and logs without credentials, encrypted", () => {
    const acl = only(resources, "aws:wafv2/webAcl:WebAcl").outputs["arn"];
    expect(only(resources, "aws:wafv2/webAclAssociation:WebAclAssociation").inputs).toEqual({
      resourceArn: only(resources, "aws:lb/loadBalancer:LoadBalancer").outputs["arn"],
      webAclArn: acl,
    });
    const logs = only(resources, "aws:cloudwatch/logGroup:LogGroup");
    expect(logs.inputs).toEqual({
      name: "aws-waf-logs-causeway-prod-eu-west-1",
      kmsKeyId: args.logsKeyArn,
      retentionInDays: 400,
      tags: { "causeway:classification": "internal" },
    });
    expect(
      only(resources, "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration").inputs,
    ).toEqual({
      resourceArn: acl,
      logDestinationConfigs: [logs.outputs["arn"]],
      redactedFields: [
        { singleHeader: { name: "authorization" } },
        { singleHeader: { name: "cookie" } },
      ],
    });
  });
});

it("tells all problems of its arguments at once", async () => {
  await expect(
    entry({ publicSubnetIds: ["subnet-a"], gatewayPort: 0, rateLimitPerAddress: 5 }),
  ).rejects.toThrow(
    [
      "publicSubnetIds (1) must name subnets of at least 2 zones: a load balancer needs them",
      "gatewayPort (0) must be a port from 1 to 65535",
      "rateLimitPerAddress (5) must be at least 10 requests in 5 minutes",
    ].join("\n"),
  );
});
