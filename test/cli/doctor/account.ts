import type { FakeAws } from "./fake-aws";

const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
/** Roles that the stack file of dev names. */
export const roles = [
  "PlatformAdmin",
  "MlEngineer",
  "Auditor",
  "DeliveryPipeline",
  "ModelRisk",
  "EthicsBoard",
  "DataProtection",
];
/** A trust policy that demands a second factor, as IAM answers it. */
const trust = encodeURIComponent(
  JSON.stringify({
    Statement: {
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::999999999999:root" },
      Action: "sts:AssumeRole",
      Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } },
    },
  }),
);
export const zone = (id: string, name: string, isPrivate = false) =>
  `<GetHostedZoneResponse><HostedZone><Id>/hostedzone/${id}</Id><Name>${name}.</Name><CallerReference>x</CallerReference><Config><PrivateZone>${String(isPrivate)}</PrivateZone></Config></HostedZone><DelegationSet><NameServers><NameServer>ns-1.example.net</NameServer></NameServers></DelegationSet></GetHostedZoneResponse>`;
export const records = (...all: readonly (readonly [name: string, type: string])[]) =>
  `<ListResourceRecordSetsResponse><ResourceRecordSets>${all.map(([name, type]) => `<ResourceRecordSet><Name>${name}.</Name><Type>${type}</Type></ResourceRecordSet>`).join("")}</ResourceRecordSets><IsTruncated>false</IsTruncated><MaxItems>100</MaxItems></ListResourceRecordSetsResponse>`;
export const identity = (account: string, arn: string) =>
  `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>${arn}</Arn><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
export const zonePath = "route53:GET /2013-04-01/hostedzone/Z0123456789DEV";
export const pipeline = "arn:aws:sts::111122223333:assumed-role/DeliveryPipeline/ci";
export const addresses = (...ids: readonly string[]) =>
  `<DescribeAddressesResponse><addressesSet>${ids.map((id) => `<item><allocationId>${id}</allocationId></item>`).join("")}</addressesSet></DescribeAddressesResponse>`;
export const networks = (...ids: readonly string[]) =>
  `<DescribeVpcsResponse><vpcSet>${ids.map((id) => `<item><vpcId>${id}</vpcId></item>`).join("")}</vpcSet></DescribeVpcsResponse>`;
export const instances = (
  ...all: readonly { readonly type: string; readonly cpus: number; readonly cluster?: string }[]
) =>
  `<DescribeInstancesResponse><reservationSet><item><instancesSet>${all
    .map(
      ({ type, cpus, cluster }) =>
        `<item><instanceType>${type}</instanceType><cpuOptions><coreCount>${cpus / 2}</coreCount><threadsPerCore>2</threadsPerCore></cpuOptions><tagSet>${cluster === undefined ? "" : `<item><key>aws:eks:cluster-name</key><value>${cluster}</value></item>`}</tagSet></item>`,
    )
    .join("")}</instancesSet></item></reservationSet></DescribeInstancesResponse>`;

/** An evaluation that allows everything but what is `denied`, listed by resource or apart. */
export const simulated = (denied: readonly string[] = [], byResource = false) => {
  const results = (byResource ? [] : denied)
    .map((arn) => member(`<EvalResourceName>${arn}</EvalResourceName>`, "implicitDeny"))
    .join("");
  const listed = denied.map(
    (arn) =>
      `<member><EvalResourceName>${arn}</EvalResourceName><EvalResourceDecision>explicitDeny</EvalResourceDecision></member>`,
  );
  const apart = byResource
    ? member(`<ResourceSpecificResults>${listed.join("")}</ResourceSpecificResults>`, "allowed")
    : member("<EvalResourceName>*</EvalResourceName>", "allowed");
  return `<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated><EvaluationResults>${results}${apart}</EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>`;
};
const member = (inside: string, decision: string) =>
  `<member><EvalActionName>iam:PutRolePermissionsBoundary</EvalActionName><EvalDecision>${decision}</EvalDecision>${inside}</member>`;

/** Answers as an account that is ready for the stack dev of the fixtures. */
export function readyAccount({ replies }: FakeAws): void {
  replies.clear();
  replies.set("sts:GetCallerIdentity", identity("111122223333", pipeline));
  replies.set(
    "ec2:DescribeRegions",
    "<DescribeRegionsResponse><regionInfo><item><regionName>eu-west-1</regionName><optInStatus>opt-in-not-required</optInStatus></item></regionInfo></DescribeRegionsResponse>",
  );
  replies.set("ec2:DescribeAddresses", addresses());
  replies.set("ec2:DescribeVpcs", networks("vpc-default"));
  replies.set("ec2:DescribeInstances", instances());
  replies.set("iam:GetRole", (body) => {
    const name = new URLSearchParams(body).get("RoleName") ?? "";
    const there = [...roles, "AWSServiceRoleForEC2Spot"].includes(name);
    return there
      ? `<GetRoleResponse><GetRoleResult><Role><RoleName>${name}</RoleName><Arn>${role(name)}</Arn><AssumeRolePolicyDocument>${trust}</AssumeRolePolicyDocument></Role></GetRoleResult></GetRoleResponse>`
      : { status: 404, code: "NoSuchEntity" };
  });
  replies.set("iam:SimulatePrincipalPolicy", simulated());
  replies.set("guardduty:GET /detector", { detectorIds: [] });
  replies.set("access-analyzer:GET /analyzer", { analyzers: [] });
  replies.set("ecr:GetAuthorizationToken", { authorizationData: [{}] });
  replies.set("ecr:DescribeRegistry", { replicationConfiguration: { rules: [] } });
  replies.set("ecr:DescribeRepositories", { status: 400, code: "RepositoryNotFoundException" });
  replies.set("servicequotas:GetServiceQuota", { Quota: { Value: 1000 } });
  replies.set(zonePath, zone("Z0123456789DEV", "dev.models.example.com"));
  replies.set(`${zonePath}/rrset`, records());
}
