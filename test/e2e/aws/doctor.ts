import assert from "node:assert/strict";
import { createServer } from "node:http";
import * as path from "node:path";
import {
  AccessAnalyzerClient,
  CreateAnalyzerCommand,
  DeleteAnalyzerCommand,
} from "@aws-sdk/client-accessanalyzer";
import { CreateVpcCommand, DeleteVpcCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateDetectorCommand,
  DeleteDetectorCommand,
  GuardDutyClient,
} from "@aws-sdk/client-guardduty";
import { CreateRoleCommand, DeleteRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { CreateBucketCommand, DeleteBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { isJsonArray, isJsonObject, toJsonObject } from "../../harness/lib/json";
import { run } from "../../harness/lib/process";
import { duration, say } from "../../harness/lib/text";
import { REPOSITORY } from "../../harness/project";
import { expectFailure, expectSuccess } from "../expectations";
import type { JsonObject } from "../../harness/lib/json";
import type { Test } from "../../harness/runner";
import type { CloudStack } from "./stack";

const region = "eu-west-1";
const untrusted = {
  AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [] }),
};
const nobody = { accessKeyId: "test", secretAccessKey: "test" };

/** What the doctor said: lines `<area>: <subject>` by verdict. */
interface Told {
  readonly code: number;
  readonly stderr: string;
  readonly findings: readonly JsonObject[];
  of(verdict: string): string[];
}

/** Runs the real command beside the real CLI of Pulumi. */
async function doctor(
  { name, project }: CloudStack,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Told> {
  const own = project.cli.environment();
  const { code, stdout, stderr, durationMs } = await run(
    process.execPath,
    ["cli/causeway.mjs", "doctor", "--stack", name, "--project", project.folder, "--json"],
    {
      cwd: REPOSITORY,
      env: {
        ...own,
        PATH: [path.dirname(project.cli.options.pulumi), own["PATH"]].join(path.delimiter),
        AWS_EC2_METADATA_DISABLED: "true",
        AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
        AWS_CONFIG_FILE: "/dev/null",
        ...variables,
      },
    },
  );
  say(`        doctor: ${duration(durationMs)}`);
  const told = toJsonObject(JSON.parse(stdout))["findings"];
  const findings = (isJsonArray(told) ? told : []).filter(isJsonObject);
  return {
    code,
    stderr,
    findings,
    of: (verdict) =>
      findings
        .filter((one) => one["verdict"] === verdict)
        .map((one) => `${String(one["area"])}: ${String(one["subject"])}`)
        // The stand-in of `aws` knows one call; Docker and the DNS are the machine's affair.
        .filter((line) => !/^(tools: (aws|docker|plugin .*)|domain: delegation .*)$/.test(line)),
  };
}

/** Credentials of the role that runs `pulumi up`. */
async function asPipeline({ account }: CloudStack): Promise<Record<string, string>> {
  const sts = new STSClient({ region, endpoint: account.endpoint, credentials: nobody });
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: "arn:aws:iam::111122223333:role/DeliveryPipeline",
      RoleSessionName: "ci",
    }),
  );
  return {
    AWS_ENDPOINT_URL: account.endpoint,
    AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId ?? assert.fail(),
    AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey ?? assert.fail(),
    AWS_SESSION_TOKEN: Credentials?.SessionToken ?? assert.fail(),
  };
}

/** What moto has no answer to, and an image that nobody built, so that no record says of what. */
const untold = [
  "roles: iam:PutRolePermissionsBoundary",
  "quotas: Elastic IP addresses in eu-west-1",
  "quotas: vCPUs of on-demand standard instances in eu-west-1",
  "registry: image delivery",
];

/** Puts faults into the account; the result takes them out again. */
async function plant({ account }: CloudStack): Promise<() => Promise<void>> {
  const settings = { region, endpoint: account.endpoint, credentials: nobody };
  const [guardduty, analyzers] = [
    new GuardDutyClient(settings),
    new AccessAnalyzerClient(settings),
  ];
  const [iam, s3] = [new IAMClient(settings), new S3Client(settings)];
  const { DetectorId } = await guardduty.send(new CreateDetectorCommand({ Enable: true }));
  const analyzerName = "security-team";
  await analyzers.send(new CreateAnalyzerCommand({ analyzerName, type: "ACCOUNT" }));
  await iam.send(new DeleteRoleCommand({ RoleName: "Auditor" }));
  const Bucket = "example-causeway-dev-data-eu-west-1";
  await s3.send(
    new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } }),
  );
  // With the one that every account has, as many as the quota allows.
  const ec2 = new EC2Client(settings);
  const networks: (string | undefined)[] = [];
  for (const CidrBlock of ["10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16", "10.4.0.0/16"])
    networks.push((await ec2.send(new CreateVpcCommand({ CidrBlock }))).Vpc?.VpcId);
  return async () => {
    for (const VpcId of networks) await ec2.send(new DeleteVpcCommand({ VpcId }));
    await guardduty.send(new DeleteDetectorCommand({ DetectorId }));
    await analyzers.send(new DeleteAnalyzerCommand({ analyzerName }));
    await iam.send(new CreateRoleCommand({ ...untrusted, RoleName: "Auditor" }));
    await s3.send(new DeleteBucketCommand({ Bucket }));
  };
}

/** Examinations of an account that is empty but for what somebody had before. */
export function examination(stack: CloudStack): Test[] {
  const { name, account } = stack;
  return [
    {
      title: `${name}: the doctor names the one role that a new account lacks, and nothing else`,
      run: async () => {
        const told = await doctor(stack, await asPipeline(stack));
        assert.deepEqual(told.of("problem"), ["service-linked roles: AWSServiceRoleForEC2Spot"]);
        assert.deepEqual(told.of("cannot tell"), untold);
        assert.equal(told.code, 1);
        const iam = new IAMClient({ region, endpoint: account.endpoint, credentials: nobody });
        // moto derives another name of it than AWS has.
        await iam.send(
          new CreateRoleCommand({ ...untrusted, RoleName: "AWSServiceRoleForEC2Spot" }),
        );
      },
    },
    {
      title: `${name}: the doctor finds planted faults all at once`,
      run: async () => {
        const remove = await plant(stack);
        const told = await doctor(stack, await asPipeline(stack));
        await remove();
        assert.deepEqual(told.of("problem"), [
          "roles: access.auditors[0]",
          "one per account: GuardDuty detector in eu-west-1",
          "one per account: Access Analyzer of the account in eu-west-1",
          "names: example-causeway-dev-data-eu-west-1",
          "quotas: VPCs in eu-west-1",
        ]);
      },
    },
    {
      title: `${name}: the doctor says that the zone is another domain's`,
      run: async () => {
        const dns = new Route53Client({ region, endpoint: account.endpoint, credentials: nobody });
        const { HostedZone } = await dns.send(
          new CreateHostedZoneCommand({ Name: "example.org", CallerReference: "doctor" }),
        );
        const hostedZoneId = HostedZone?.Id?.split("/").pop() ?? assert.fail();
        await stack.configure({
          "causeway:domain": { name: "dev.models.example.com", hostedZoneId },
        });
        const told = await doctor(stack, await asPipeline(stack));
        await stack.configure({});
        await dns.send(new DeleteHostedZoneCommand({ Id: hostedZoneId }));
        assert.deepEqual(told.of("problem"), [`domain: ${hostedZoneId}`]);
      },
    },
    {
      title: `${name}: the doctor takes neither silence nor a refusal for an answer`,
      run: async () => {
        const nobodyThere = await doctor(stack, { AWS_ENDPOINT_URL: account.endpoint });
        assert.deepEqual(nobodyThere.of("problem"), ["credentials: caller"]);
        assert.equal(nobodyThere.of("cannot tell").length, 9);
        assert.doesNotMatch(nobodyThere.stderr, /^ +at /m);
        const broken = await refusing(500);
        const told = await doctor(stack, {
          ...(await asPipeline(stack)),
          AWS_ENDPOINT_URL_IAM: broken.endpoint,
        });
        broken.stop();
        assert.deepEqual(told.of("problem"), []);
        const roles = told.findings.filter(({ area }) =>
          ["roles", "service-linked roles"].includes(String(area)),
        );
        assert.ok(roles.length > 10);
        assert.ok(roles.every(({ verdict }) => verdict === "cannot tell"));
        assert.notEqual(told.code, 0);
      },
    },
    watchedAlready(stack),
  ];
}

/** A stack in an account that somebody watches already. */
function watchedAlready({ name, project, account, configure }: CloudStack): Test {
  return {
    title: `${name}: a preview uses the detector of the account, and fails where there is none`,
    run: async () => {
      await configure({
        "causeway:stage": "foundation",
        "causeway:threatDetection": "existing",
      });
      const without = await project.preview();
      expectFailure(without);
      assert.match(without.output, /reading GuardDuty Detector: empty result/);
      const settings = { region, endpoint: account.endpoint, credentials: nobody };
      const guardduty = new GuardDutyClient(settings);
      const { DetectorId } = await guardduty.send(new CreateDetectorCommand({ Enable: true }));
      const preview = await project.preview();
      await guardduty.send(new DeleteDetectorCommand({ DetectorId }));
      await configure({});
      expectSuccess(preview);
      assert.doesNotMatch(preview.output, /guardduty:Detector|accessanalyzer:Analyzer/);
    },
  };
}

/** A service that is broken, or lets nobody in. */
async function refusing(status: number) {
  const server = createServer((_, response) => void response.writeHead(status).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => void server.close() };
}

/** An examination of what the engine has just made: its own is no obstacle. */
export function examinationOfStack(stack: CloudStack): Test {
  return {
    title: `${stack.name}: the doctor takes nothing of the stack's own for an obstacle`,
    run: async () => {
      const own = await doctor(stack, await asPipeline(stack));
      assert.deepEqual(own.of("problem"), []);
      assert.deepEqual(own.of("cannot tell"), untold);
    },
  };
}
