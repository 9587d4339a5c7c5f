import { registryAddress } from "../../../infra/aws/naming";
import { asSecret, isProperties, type Properties } from "../wire";
import { automaticName, given, hex, token, uuid, type Filled, type OutputContext } from "./context";

/** How AWS names a type: id, the last part of its ARN, and outputs beyond the inputs. */
interface AwsShape {
  /** @default the given name, or the automatic one */
  readonly id?: (context: OutputContext) => string;
  /** Part of the ARN after the account. @default the id */
  readonly path?: (id: string) => string;
  /** ARNs of these have no region, or neither region nor account. */
  readonly arn?: "no-region" | "bare";
  readonly more?: (context: OutputContext, id: string, arn: string) => Properties;
}

const named = (context: OutputContext): string =>
  given(context, "name", "bucket", "clusterName", "domainName") ?? automaticName(context);
const prefixed = (prefix: string) => (context: OutputContext) => `${prefix}-0${hex(context, 16)}`;
const under = (folder: string) => (id: string) => `${folder}/${id}`;
const ec2 = (prefix: string, folder: string, more?: AwsShape["more"]): AwsShape => ({
  id: prefixed(prefix),
  path: under(folder),
  ...(more ? { more } : {}),
});
const iam = (folder: string, more?: AwsShape["more"]): AwsShape => ({
  arn: "no-region",
  path: under(folder),
  more: (context, id, arn) => ({
    name: id,
    uniqueId: `AROA${token(context, 17)}`,
    ...more?.(context, id, arn),
  }),
});

const shapes: Readonly<Record<string, AwsShape>> = {
  "acm/certificate:Certificate": {
    id: uuid,
    path: under("certificate"),
    more: (context) => ({
      domainValidationOptions: [
        given(context, "domainName") ?? "",
        ...texts(context.inputs["subjectAlternativeNames"]),
      ].map((domainName) => ({
        domainName,
        resourceRecordName: `_${hex(context, 32, domainName)}.${domainName.replace(/^\*\./, "")}.`,
        resourceRecordType: "CNAME",
        resourceRecordValue: `_${hex(context, 32, `${domainName} value`)}.acm-validations.aws.`,
      })),
    }),
  },
  "acm/certificateValidation:CertificateValidation": { id: uuid },
  "amp/workspace:Workspace": {
    id: (context) => `ws-${uuid(context)}`,
    path: under("workspace"),
    more: (context, id) => ({
      workspaceId: id,
      prometheusEndpoint: `https://aps-workspaces.${context.region}.amazonaws.com/workspaces/${id}/`,
    }),
  },
  "cloudfront/distribution:Distribution": {
    arn: "no-region",
    id: (context) => `E${token(context, 13)}`,
    path: under("distribution"),
    more: (context) => ({
      domainName: `d${hex(context, 13)}.cloudfront.net`,
      hostedZoneId: "Z2FDTNDATAQYW2",
    }),
  },
  "cloudtrail/trail:Trail": {
    path: under("trail"),
    more: (context) => ({ homeRegion: context.region }),
  },
  "cloudwatch/logGroup:LogGroup": {
    path: (id) => `log-group:${id}`,
    more: (_, id) => ({ name: id }),
  },
  "ec2/eip:Eip": ec2("eipalloc", "elastic-ip", (context, id) => ({
    allocationId: id,
    publicIp: address(context),
  })),
  "ec2/flowLog:FlowLog": ec2("fl", "vpc-flow-log"),
  "ec2/internetGateway:InternetGateway": ec2("igw", "internet-gateway"),
  "ec2/launchTemplate:LaunchTemplate": ec2("lt", "launch-template", () => ({
    latestVersion: 1,
    defaultVersion: 1,
  })),
  "ec2/natGateway:NatGateway": ec2("nat", "natgateway", (context) => ({
    publicIp: address(context),
  })),
  "ec2/networkAcl:NetworkAcl": ec2("acl", "network-acl"),
  "ec2/routeTable:RouteTable": ec2("rtb", "route-table"),
  "ec2/routeTableAssociation:RouteTableAssociation": { id: prefixed("rtbassoc") },
  "ec2/securityGroup:SecurityGroup": ec2("sg", "security-group", (context) => ({
    name: named(context),
  })),
  "ec2/subnet:Subnet": ec2("subnet", "subnet"),
  "ec2/vpc:Vpc": ec2("vpc", "vpc", (context) => ({
    defaultSecurityGroupId: `sg-0${hex(context, 16, "sg")}`,
    defaultNetworkAclId: `acl-0${hex(context, 16, "acl")}`,
    defaultRouteTableId: `rtb-0${hex(context, 16, "rtb")}`,
    mainRouteTableId: `rtb-0${hex(context, 16, "rtb")}`,
  })),
  "ec2/vpcEndpoint:VpcEndpoint": ec2("vpce", "vpc-endpoint", (context, id) => ({
    prefixListId: `pl-${hex(context, 8)}`,
    dnsEntries: [{ dnsName: `${id}.vpce.amazonaws.com`, hostedZoneId: `Z${token(context, 13)}` }],
  })),
  "ecr/repository:Repository": {
    path: under("repository"),
    more: (context, id) => ({
      name: id,
      registryId: context.account,
      repositoryUrl: `${registryAddress(context.account, context.region)}/${id}`,
    }),
  },
  "eks/cluster:Cluster": {
    path: under("cluster"),
    more: (context, id) => ({
      name: id,
      status: "ACTIVE",
      platformVersion: "eks.1",
      endpoint: `https://${token(context, 32)}.gr7.${context.region}.eks.amazonaws.com`,
      certificateAuthority: {
        data: Buffer.from(`certificate authority of ${context.name}`).toString("base64"),
      },
      identities: [
        {
          oidcs: [
            { issuer: `https://oidc.eks.${context.region}.amazonaws.com/id/${token(context, 32)}` },
          ],
        },
      ],
      vpcConfig: {
        ...(isProperties(context.inputs["vpcConfig"]) ? context.inputs["vpcConfig"] : {}),
        clusterSecurityGroupId: `sg-0${hex(context, 16, "cluster")}`,
        vpcId: `vpc-0${hex(context, 16, "vpc")}`,
      },
    }),
  },
  "eks/podIdentityAssociation:PodIdentityAssociation": {
    id: (context) => `a-${hex(context, 17)}`,
    path: under("podidentityassociation"),
    more: (_, id) => ({ associationId: id }),
  },
  "globalaccelerator/accelerator:Accelerator": {
    arn: "no-region",
    id: uuid,
    path: under("accelerator"),
    more: (context) => ({
      dnsName: `a${hex(context, 16)}.awsglobalaccelerator.com`,
      hostedZoneId: "Z2BJ6XQ5FK7U4H",
    }),
  },
  "guardduty/detector:Detector": {
    id: (context) => hex(context, 32),
    path: under("detector"),
    more: (context) => ({ accountId: context.account }),
  },
  "iam/accessKey:AccessKey": {
    arn: "no-region",
    id: (context) => `AKIA${token(context, 16)}`,
    more: (context) => ({ secret: asSecret(hex(context, 40)) }),
  },
  "iam/group:Group": iam("group"),
  "iam/instanceProfile:InstanceProfile": iam("instance-profile"),
  "iam/openIdConnectProvider:OpenIdConnectProvider": {
    arn: "no-region",
    id: (context) => (given(context, "url") ?? automaticName(context)).replace(/^https:\/\//, ""),
    path: under("oidc-provider"),
  },
  "iam/policy:Policy": iam("policy", (context) => ({ policyId: `ANPA${token(context, 17)}` })),
  "iam/role:Role": iam("role"),
  "iam/user:User": iam("user"),
  "kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": { path: under("deliverystream") },
  "kms/alias:Alias": { path: (id) => id, more: (_, id) => ({ name: id }) },
  "kms/key:Key": { id: keyId, path: under("key"), more: (_, id) => ({ keyId: id }) },
  "kms/replicaKey:ReplicaKey": {
    // A replica has the key id of its primary: the ARNs differ in the region alone.
    id: (context) => given(context, "primaryKeyArn")?.split("/").pop() ?? keyId(context),
    path: under("key"),
    more: (_, id) => ({ keyId: id }),
  },
  "lambda/function:Function": {
    path: (id) => `function:${id}`,
    more: (_, id, arn) => ({ name: id, invokeArn: arn, qualifiedArn: `${arn}:1`, version: "1" }),
  },
  "lb/listener:Listener": { id: (context) => hex(context, 16), path: under("listener/net") },
  "lb/loadBalancer:LoadBalancer": {
    path: (id) => `loadbalancer/net/${id}`,
    more: (context, id) => ({
      name: id,
      arnSuffix: `net/${id}/${hex(context, 16)}`,
      dnsName: `${id}-${hex(context, 10)}.${context.region}.elb.amazonaws.com`,
      zoneId: `Z${token(context, 13)}`,
      vpcId: `vpc-0${hex(context, 16, "vpc")}`,
    }),
  },
  "lb/targetGroup:TargetGroup": {
    path: under("targetgroup"),
    more: (context, id) => ({ name: id, arnSuffix: `targetgroup/${id}/${hex(context, 16)}` }),
  },
  "route53/healthCheck:HealthCheck": { arn: "bare", id: uuid, path: under("healthcheck") },
  "route53/record:Record": {
    id: (context) =>
      [
        given(context, "zoneId"),
        given(context, "name"),
        given(context, "type"),
        given(context, "setIdentifier"),
      ]
        .filter(Boolean)
        .join("_"),
    more: (context) => ({ fqdn: given(context, "name") ?? "" }),
  },
  "route53/zone:Zone": {
    arn: "bare",
    id: (context) => `Z${token(context, 20)}`,
    path: under("hostedzone"),
    more: (_, id) => ({
      zoneId: id,
      nameServers: [1, 2, 3, 4].map((n) => `ns-${n}.awsdns-0${n}.com`),
    }),
  },
  "s3/bucket:Bucket": {
    arn: "bare",
    more: (context, id) => ({
      bucket: id,
      bucketDomainName: `${id}.s3.amazonaws.com`,
      bucketRegionalDomainName: `${id}.s3.${context.region}.amazonaws.com`,
      hostedZoneId: `Z${token(context, 13)}`,
      bucketRegion: context.region,
    }),
  },
  "secretsmanager/secret:Secret": { path: (id) => `secret:${id}`, more: (_, id) => ({ name: id }) },
  "sns/topic:Topic": { more: (_, id) => ({ name: id }) },
  "sqs/queue:Queue": {
    more: (context, id) => ({
      name: id,
      url: `https://sqs.${context.region}.amazonaws.com/${context.account}/${id}`,
    }),
  },
  "wafv2/webAcl:WebAcl": {
    id: uuid,
    path: (id) => `regional/webacl/${id}`,
    more: (context) => ({ name: named(context), capacity: 100 }),
  },
};

/** Types whose provider knows no other id than the ARN. */
const arnIds = new Set([
  "acm/certificate:Certificate",
  "iam/policy:Policy",
  "iam/openIdConnectProvider:OpenIdConnectProvider",
  "lb/listener:Listener",
  "lb/loadBalancer:LoadBalancer",
  "lb/targetGroup:TargetGroup",
  "secretsmanager/secret:Secret",
  "sns/topic:Topic",
  "globalaccelerator/accelerator:Accelerator",
]);

/** The service part of an ARN where it is not the module's name. */
const services: Readonly<Record<string, string>> = {
  lb: "elasticloadbalancing",
  amp: "aps",
  cloudwatch: "logs",
  accessanalyzer: "access-analyzer",
};

/** Id and outputs of a resource of `@pulumi/aws`; a type outside the table gets the common ones. */
export function awsOutputs(context: OutputContext): Filled {
  const key = context.type.slice("aws:".length);
  const shape = shapes[key] ?? {};
  const module = key.split("/")[0] ?? "";
  const id = (shape.id ?? named)(context);
  const path = (shape.path ?? ((name: string) => name))(id);
  const region = shape.arn === undefined && context.region !== "global" ? context.region : "";
  const account = shape.arn === "bare" ? "" : context.account;
  const arn = `arn:aws:${services[module] ?? module}:${region}:${account}:${path}`;
  return {
    id: arnIds.has(key) ? arn : id,
    outputs: {
      arn,
      tagsAll: context.inputs["tags"] ?? {},
      ownerId: context.account,
      ...shape.more?.(context, id, arn),
    },
  };
}

function keyId(context: OutputContext): string {
  return context.inputs["multiRegion"] === true ? `mrk-${hex(context, 32)}` : uuid(context);
}

/** An address of the block that documentation reserves (RFC 5737). */
function address(context: OutputContext): string {
  return `203.0.113.${Number.parseInt(hex(context, 2), 16)}`;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
