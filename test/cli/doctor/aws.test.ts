import type { AwsStack } from "../../../cli/doctor/aws-stack";
import { credentialsOf } from "../../../cli/doctor/credentials";
import { domainFindings, type AskServers } from "../../../cli/doctor/domain";
import type { Finding } from "../../../cli/doctor/finding";
import { nameFindings } from "../../../cli/doctor/names";
import { singleFindings } from "../../../cli/doctor/one-per-account";
import { quotas } from "../../../cli/doctor/quota-needs";
import { quotaFindings } from "../../../cli/doctor/quotas";
import { regionFindings } from "../../../cli/doctor/regions";
import { registryFindings } from "../../../cli/doctor/registry";
import { namedRoles, roleFindings } from "../../../cli/doctor/roles";
import { neededServiceRoles, serviceRoleFindings } from "../../../cli/doctor/service-roles";
import * as account from "./account";
import { devOnFakeAws } from "./dev-stack";
import type { FakeAws, Reply } from "./fake-aws";

let aws: FakeAws;
let stack: AwsStack;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ aws, stack, stop } = await devOnFakeAws());
});
afterAll(() => stop());
beforeEach(() => account.readyAccount(aws));

const servers = () => Promise.resolve(["NS-1.example.net."]);
const domain = (answer: AskServers = servers) => domainFindings(stack, answer);
const bad = (findings: readonly Finding[]) => findings.filter(({ verdict }) => verdict !== "ok");
/** Of an account whose state is not known, or has everything. */
const owning = (owns: boolean | undefined): AwsStack => ({ ...stack, owns: () => owns });

describe("credentials", () => {
  it("says that the caller is none of the pipelines", async () => {
    aws.replies.set(
      "sts:GetCallerIdentity",
      account.identity("111122223333", "arn:aws:sts::111122223333:assumed-role/Other/me"),
    );
    const { findings, unusable } = await credentialsOf(stack);
    expect(unusable).toBeUndefined();
    expect(bad(findings)).toMatchObject([{ subject: "access.pipelines", verdict: "problem" }]);
  });

  it.each<[Reply, Finding["verdict"], string]>([
    [{ status: 500, code: "InternalError" }, "cannot tell", "AWS answered 500"],
    [{ status: 403, code: "ExpiredToken" }, "problem", "the credentials have expired"],
    [{ status: 403, code: "AccessDenied" }, "cannot tell", "access was denied (planted)"],
  ])("%j is %s", async (reply, verdict, says) => {
    aws.replies.set("sts:GetCallerIdentity", reply);
    expect(await credentialsOf(stack)).toMatchObject({
      findings: [{ verdict, says }],
      unusable: expect.stringContaining(says),
    });
  });
});

describe("roles", () => {
  it("are asked for under every key of access, each once", async () => {
    aws.asked.length = 0;
    expect(bad(await roleFindings(stack))).toEqual([]);
    expect(namedRoles(stack.config.access).map(({ key }) => key)).toEqual([
      ...["access.platformAdmins[0]", "access.mlEngineers[0]", "access.auditors[0]"],
      ...["access.pipelines[0]", "access.approvers[0]", "access.approvers[1]"],
      ...["access.approvalRoles.model-risk[0]", "access.approvalRoles.ethics-board[0]"],
      "access.erasers[0]",
    ]);
    expect(aws.asked).toHaveLength(account.roles.length);
  });

  it("that do not exist are named by their keys, one of another account cannot be told", async () => {
    const { access } = stack.config;
    const away = "arn:aws:iam::999999999999:role/Away";
    const missing = "arn:aws:iam::111122223333:role/Missing";
    const moved = "arn:aws:iam::111122223333:role/team/Auditor";
    const config = {
      ...stack.config,
      access: { ...access, auditors: [missing, moved], mlEngineers: [away] },
    };
    expect(bad(await roleFindings({ ...stack, config }))).toMatchObject([
      { subject: "access.mlEngineers[0]", verdict: "cannot tell" },
      { subject: "access.auditors[0]", verdict: "problem", says: `${missing} does not exist` },
      {
        subject: "access.auditors[1]",
        verdict: "problem",
        says: `${moved} does not exist; there is arn:aws:iam::111122223333:role/Auditor`,
      },
    ]);
  });
});

describe("service-linked roles", () => {
  it("follow from what is planned", () =>
    expect(neededServiceRoles(stack.resources).map(({ name }) => name)).toEqual([
      "AWSServiceRoleForAmazonEKS",
      "AWSServiceRoleForElasticLoadBalancing",
      "AWSServiceRoleForEC2Spot",
      "AWSServiceRoleForAmazonGuardDuty",
      "AWSServiceRoleForAmazonGuardDutyMalwareProtection",
      "AWSServiceRoleForAccessAnalyzer",
      "AWSServiceRoleForKeyManagementServiceMultiRegionKeys",
      "AWSServiceRoleForWAFV2Logging",
    ]));

  it("are a problem only where nobody else creates them", async () => {
    aws.replies.set("iam:GetRole", { status: 404, code: "NoSuchEntity" });
    expect(bad(await serviceRoleFindings(stack))).toEqual([
      {
        area: "service-linked roles",
        subject: "AWSServiceRoleForEC2Spot",
        verdict: "problem",
        says: "does not exist, and AWS does not create it for the cluster",
        next: "aws iam create-service-linked-role --aws-service-name spot.amazonaws.com",
      },
    ]);
  });
});

describe("what an account has once", () => {
  it.each<[string, string, Reply]>([
    ["GuardDuty detector in eu-west-1", "guardduty:GET /detector", { detectorIds: ["d1"] }],
    [
      "Access Analyzer of the account in eu-west-1",
      "access-analyzer:GET /analyzer",
      { analyzers: [{ name: "a1", type: "ACCOUNT" }] },
    ],
  ])("%s", async (subject, operation, reply) => {
    expect(bad(await singleFindings(stack))).toEqual([]);
    aws.replies.set(operation, reply);
    expect(bad(await singleFindings(stack))).toMatchObject([
      {
        subject,
        verdict: "problem",
        next: "set causeway:threatDetection: existing in the stack file",
      },
    ]);
    expect(bad(await singleFindings(owning(true)))).toEqual([]);
    expect(bad(await singleFindings(owning(undefined)))).toMatchObject([
      { subject, verdict: "cannot tell" },
    ]);
  });

  it("must be there where the stack file says that the account has it", async () => {
    const existing = {
      ...stack,
      config: { ...stack.config, threatDetection: "existing" as const },
    };
    expect(bad(await singleFindings(existing))).toMatchObject([
      { subject: "GuardDuty detector in eu-west-1", verdict: "problem" },
      { subject: "Access Analyzer of the account in eu-west-1", verdict: "problem" },
    ]);
    aws.replies.set("guardduty:GET /detector", { detectorIds: ["d1"] });
    aws.replies.set("access-analyzer:GET /analyzer", {
      analyzers: [{ name: "a1", type: "ACCOUNT" }],
    });
    expect(bad(await singleFindings(existing))).toEqual([]);
  });
});

describe("names", () => {
  it("that the account has and the state does not are a problem", async () => {
    aws.replies.set("s3:HEAD /example-causeway-dev-data-eu-west-1/", {});
    aws.replies.set("eks:GET /clusters/causeway-dev-eu-west-1", { cluster: {} });
    expect(bad(await nameFindings(stack))).toMatchObject([
      { subject: "example-causeway-dev-data-eu-west-1", verdict: "problem" },
      { subject: "causeway-dev-eu-west-1", verdict: "problem" },
    ]);
    expect(bad(await nameFindings(owning(true)))).toEqual([]);
  });

  it("that S3 does not speak of cannot be told", async () => {
    aws.replies.set("s3:HEAD /example-causeway-dev-data-eu-west-1/", { status: 403, code: "x" });
    expect(bad(await nameFindings(stack))).toMatchObject([
      { subject: "example-causeway-dev-data-eu-west-1", verdict: "cannot tell" },
    ]);
  });
});

describe("quotas", () => {
  const only = async (subject: string, of: AwsStack = stack) =>
    (await quotaFindings(of)).filter((one) => one.subject.startsWith(subject));

  it("below what the stack needs are a problem, with the request to send", async () => {
    aws.replies.set("servicequotas:GetServiceQuota", { Quota: { Value: 5 } });
    const [found] = await only("vCPUs of on-demand standard");
    expect(found?.verdict).toBe("problem");
    expect(found?.next).toMatch(
      /^aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-1216C47A --desired-value \d+ --region eu-west-1$/,
    );
  });

  it("that others use up are a problem, the stack's own uses are not", async () => {
    aws.replies.set("servicequotas:GetServiceQuota", { Quota: { Value: 2 } });
    aws.replies.set("ec2:DescribeVpcs", account.networks("vpc-1", "vpc-2"));
    expect(await only("VPCs")).toMatchObject([
      { verdict: "problem", says: "the stack needs 1; the quota is 2, others use 2" },
    ]);
    expect(await only("VPCs", owning(true))).toMatchObject([{ verdict: "ok" }]);
    expect(await only("VPCs", owning(undefined))).toMatchObject([{ verdict: "cannot tell" }]);
  });

  it("count the instances of others by family, and no nodes of the stack's clusters", async () => {
    aws.replies.set(
      "ec2:DescribeInstances",
      account.instances(
        { type: "m6i.large", cpus: 2 },
        { type: "c7g.xlarge", cpus: 4, cluster: "another" },
        { type: "m6i.xlarge", cpus: 4, cluster: "causeway-dev-eu-west-1" },
        { type: "g5.xlarge", cpus: 4 },
      ),
    );
    const [found] = await only("vCPUs of on-demand standard");
    expect(found).toMatchObject({ verdict: "ok", says: expect.stringMatching(/others use 6$/) });
  });

  it.each<[string, Reply]>([
    ["AWS answered 500", { status: 500, code: "ServiceException" }],
    ["access was denied (planted)", { status: 403, code: "AccessDeniedException" }],
    ["AWS tells no value", { Quota: {} }],
    ["NoSuchResourceException", { status: 400, code: "NoSuchResourceException" }],
  ])("cannot be told where %s", async (says, reply) => {
    aws.replies.set("servicequotas:GetServiceQuota", reply);
    const asked = await quotaFindings(stack);
    const needed = asked.filter((one) => !one.says.includes("needs none"));
    expect(needed).toHaveLength(quotas.length - 1);
    for (const one of needed)
      expect(one).toMatchObject({ verdict: "cannot tell", says: expect.stringContaining(says) });
  });
});

describe("the domain", () => {
  it("is none to ask for where the stack has none", async () => {
    const config = { ...stack.config, domain: undefined };
    expect(await domainFindings({ ...stack, config }, servers)).toMatchObject([
      { verdict: "ok", says: "the stack has none: callers use the names of the load balancers" },
    ]);
  });

  it("is that of the zone, and the DNS knows it", async () => {
    expect(bad(await domain())).toEqual([]);
  });

  it.each<[string, Reply, string]>([
    ["another name", account.zone("Z", "example.org"), "is the zone of example.org, which"],
    ["nobody outside", account.zone("Z", "dev.models.example.com", true), "is a private zone"],
    ["no account", { status: 404, code: "NoSuchHostedZone" }, "there is no such hosted zone"],
  ])("with a zone of %s is a problem", async (_, reply, says) => {
    aws.replies.set(account.zonePath, reply);
    expect(await domain()).toMatchObject([
      { verdict: "problem", says: expect.stringContaining(says) },
    ]);
  });

  it.each<[string, AskServers, Finding["verdict"]]>([
    ["other servers", () => Promise.resolve(["ns.elsewhere.net"]), "problem"],
    ["no servers", unlessAws("ENOTFOUND"), "problem"],
    ["no servers of any domain", () => Promise.reject(failed("ENOTFOUND")), "cannot tell"],
    ["nothing", () => Promise.reject(failed("ETIMEOUT")), "cannot tell"],
  ])("of which the DNS says %s", async (_, answer, verdict) => {
    expect(bad(await domain(answer))).toMatchObject([
      { subject: "delegation of dev.models.example.com", verdict },
    ]);
  });

  it("with a record that is not the stack's is a problem", async () => {
    aws.replies.set(`${account.zonePath}/rrset`, account.records(["dev.models.example.com", "A"]));
    expect(bad(await domain())).toMatchObject([
      { subject: "dev.models.example.com A", verdict: "problem" },
    ]);
  });
});

it("tells a region that is not enabled from one that is not there", async () => {
  const region = (name: string) =>
    `<DescribeRegionsResponse><regionInfo><item><regionName>${name}</regionName><optInStatus>not-opted-in</optInStatus></item></regionInfo></DescribeRegionsResponse>`;
  aws.replies.set("ec2:DescribeRegions", region("eu-west-1"));
  expect(await regionFindings(stack)).toMatchObject([
    { verdict: "problem", next: "aws account enable-region --region-name eu-west-1" },
  ]);
  aws.replies.set("ec2:DescribeRegions", region("eu-north-1"));
  expect(await regionFindings(stack)).toMatchObject([{ verdict: "problem" }]);
});

it("never takes a refusal for an answer", async () => {
  aws.replies.clear();
  for (const operation of [...refusable])
    aws.replies.set(operation, { status: 403, code: "AccessDeniedException" });
  const all = await Promise.all([
    ...[regionFindings, roleFindings, serviceRoleFindings, singleFindings].map((ask) => ask(stack)),
    ...[quotaFindings, registryFindings].map((ask) => ask(stack)),
    domain(),
  ]);
  const told = all.flat().filter(({ verdict }) => verdict !== "cannot tell");
  expect(told.filter(({ says }) => !says.includes("needs none"))).toEqual([]);
});

const refusable = [
  ...["ec2:DescribeRegions", "iam:GetRole", "guardduty:GET /detector"],
  ...["access-analyzer:GET /analyzer", "servicequotas:GetServiceQuota"],
  ...["ecr:GetAuthorizationToken", account.zonePath],
];

function failed(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** A DNS that knows the servers of AWS, and fails for any other domain. */
function unlessAws(code: string): AskServers {
  return (zone) =>
    zone === "amazonaws.com" ? Promise.resolve(["ns"]) : Promise.reject(failed(code));
}
