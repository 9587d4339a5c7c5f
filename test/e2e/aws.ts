import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import * as path from "node:path";
import { dump, load } from "js-yaml";
import { installAwsProvider, installGetToken, startAccount } from "../harness/cloud/account";
import { ENDPOINT_VARIABLE, type Account } from "../harness/cloud/account";
import { prepare, type Context } from "../harness/context";
import { fixtureProject } from "../harness/fixtures";
import { isJsonArray, isJsonObject, toJsonObject } from "../harness/lib/json";
import { duration, say } from "../harness/lib/text";
import { useVariant, type Mutation, type Project } from "../harness/project";
import { expectOperations, expectSuccess } from "./expectations";
import type { Cluster } from "../harness/cluster/cluster";
import type { Json, JsonObject } from "../harness/lib/json";
import type { PulumiResult } from "../harness/lib/pulumi";
import type { Suite, Test } from "../harness/runner";

/** A stack of the fixtures in an account of its own on loopback. */
interface CloudStack {
  readonly name: string;
  readonly project: Project;
  readonly account: Account;
}

interface StackFile {
  readonly config: JsonObject;
}

/** A digest that no registry is asked for: images are pushed by other means than `pulumi up`. */
const DIGEST = `sha256:${"a".repeat(64)}`;

function texts(value: Json | undefined): string[] {
  if (typeof value === "string") return [value];
  if (isJsonArray(value)) return value.flatMap(texts);
  return isJsonObject(value) ? Object.values(value).flatMap(texts) : [];
}

/** What the stack file expects of the account: its zone, and the roles that it names. */
function expectations(config: JsonObject): { readonly zone: string; readonly roles: string[] } {
  const { name } = toJsonObject(config["causeway:domain"]);
  const roles = texts(config["causeway:access"]).flatMap(
    (text) => /^arn:aws:iam::\d+:role\/(.+)$/.exec(text)?.[1] ?? [],
  );
  return { zone: String(name), roles: [...new Set(roles)] };
}

/** Opens a stack with an account and an API server for each of its regions. */
async function openCloudStack(context: Context, name: string): Promise<CloudStack> {
  const file = `Pulumi.${name}.yaml`;
  const { config } = load(readFileSync(path.join(fixtureProject, file), "utf8")) as StackFile;
  const accountId = String(config["causeway:account"]);
  const regions = (config["causeway:regions"] as readonly { readonly name: string }[]).map(
    (region) => region.name,
  );
  const clusters: Record<string, Cluster> = {};
  for (const region of regions) clusters[region] = await context.cluster();
  const { zone, roles } = expectations(config);
  const account = await startAccount(
    { account: accountId, zones: [zone], roles, clusters },
    path.join(context.folder, `aws-${name}.log`),
  );
  const [home = ""] = regions;
  const first = clusters[home] ?? assert.fail();
  await installGetToken(context.bin, first);
  const project = await context.project(first, {
    compiled: true,
    fieldManager: `causeway-e2e-${name}`,
    stack: name,
    variables: { [ENDPOINT_VARIABLE]: account.endpoint },
  });
  const registry = `${accountId}.dkr.ecr.${home}.amazonaws.com/${String(config["causeway:organization"])}-causeway-${name}`;
  const image = (repository: string) => `${registry}/${repository}@${DIGEST}`;
  const models = config["causeway:models"] as readonly { readonly name: string }[];
  await project.write(
    file,
    dump({
      config: {
        ...config,
        "causeway:domain": { name: zone, hostedZoneId: account.zones[zone] },
        "causeway:images": { training: image("training"), delivery: image("delivery") },
        "causeway:models": models.map((model) => ({
          ...model,
          image: image(`models/${model.name}`),
        })),
      },
    }),
  );
  return { name, project, account };
}

function timed(what: string, { durationMs }: PulumiResult): void {
  say(`        ${what}: ${duration(durationMs)}`);
}

/** Changes of one field each in every resource of a type, and what must become of these. */
const UPDATES: readonly (Mutation & { readonly operation: "update" | "replace" })[] = [
  { type: "aws:ec2/vpc:Vpc", path: "tags.team", value: "risk", operation: "update" },
  { type: "aws:sns/topic:Topic", path: "tags.team", value: "risk", operation: "update" },
  {
    type: "aws:cloudwatch/logGroup:LogGroup",
    path: "retentionInDays",
    value: 731,
    operation: "update",
  },
  {
    type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    path: "description",
    value: "another",
    operation: "update",
  },
  {
    type: "aws:iam/role:Role",
    path: "maxSessionDuration",
    value: 7200,
    operation: "update",
  },
  { type: "aws:lb/loadBalancer:LoadBalancer", path: "idleTimeout", value: 90, operation: "update" },
  {
    type: "aws:lb/targetGroup:TargetGroup",
    path: "healthCheck.interval",
    value: 15,
    operation: "update",
  },
  {
    type: "aws:guardduty/detector:Detector",
    path: "findingPublishingFrequency",
    value: "ONE_HOUR",
    operation: "update",
  },
  {
    type: "aws:eks/podIdentityAssociation:PodIdentityAssociation",
    path: "namespace",
    value: "default",
    operation: "replace",
  },
  {
    type: "kubernetes:karpenter.sh/v1:NodePool",
    path: "spec.weight",
    value: 20,
    operation: "update",
  },
];

function ofAws({ type }: JsonObject): boolean {
  return String(type).startsWith("aws:");
}

/** Resources of the state by type, as `<type>::<name>`. */
function named(state: readonly JsonObject[], type: string): string[] {
  return state
    .filter((resource) => resource["type"] === type)
    .map(({ urn }) => `${type}::${String(urn).split("::").pop() ?? ""}`);
}

async function stateOf(project: Project): Promise<JsonObject[]> {
  const { deployment } = toJsonObject(JSON.parse(await project.export()));
  const { resources } = toJsonObject(deployment);
  return (isJsonArray(resources) ? resources : [])
    .filter(isJsonObject)
    .filter(({ custom }) => custom === true);
}

function life({ name, project, account }: CloudStack): Test[] {
  let planned = 0;
  let state: JsonObject[] = [];
  return [
    {
      title: `${name}: a preview in an empty account says what will be created`,
      run: async () => {
        const preview = await project.preview();
        timed("preview", preview);
        expectSuccess(preview);
        expectOperations(preview, ["create"]);
        planned = preview.changes["create"] ?? 0;
      },
    },
    {
      title: `${name}: up creates it, each input and policy as AWS documents it`,
      run: async () => {
        const up = await project.up({ skipPreview: true });
        timed("up", up);
        expectSuccess(up);
        expectOperations(up, ["create"]);
        assert.equal(up.changes["create"], planned);
        state = await stateOf(project);
        const cloud = state.filter(ofAws);
        assert.deepEqual(
          await account.remaining(cloud),
          cloud.map(({ urn }) => urn),
          "what the account has is what the state says",
        );
      },
    },
    {
      title: `${name}: a second up changes nothing`,
      run: async () => {
        const up = await project.up({ skipPreview: true, unjudged: true });
        timed("second up", up);
        expectSuccess(up);
        expectOperations(up, ["same"]);
      },
    },
    {
      title: `${name}: a change of a field updates or replaces its resource and no other`,
      run: async () => {
        await useVariant(project, { mutations: UPDATES });
        const up = await project.up({ skipPreview: true, unjudged: true });
        timed("up with ten changes", up);
        expectSuccess(up);
        const expected = UPDATES.flatMap(({ type, operation }) =>
          named(state, type).map((resource): [string, string] => [resource, operation]),
        );
        // A replacement is told in three steps, the last of which is the removal of the old one.
        const told = Object.entries(up.operations).map(([resource, operation]) => [
          resource,
          operation === "delete-replaced" ? "replace" : operation,
        ]);
        assert.deepEqual(Object.fromEntries(told), Object.fromEntries(expected));
        assert.ok(expected.length >= UPDATES.length);
        say(`        ${expected.length} resources changed by ${UPDATES.length} fields`);
      },
    },
    {
      title: `${name}: a refresh changes nothing`,
      run: async () => {
        const refresh = await project.refresh();
        timed("refresh", refresh);
        expectSuccess(refresh);
        expectOperations(refresh, ["same"]);
      },
    },
    {
      title: `${name}: destroy leaves the account as it was`,
      run: async () => {
        const cloud = (await stateOf(project)).filter(ofAws);
        const destroy = await project.destroy();
        timed("destroy", destroy);
        expectSuccess(destroy);
        expectOperations(destroy, ["delete"]);
        const kept = cloud.filter(({ retainOnDelete }) => retainOnDelete === true);
        assert.deepEqual(
          await account.remaining(cloud),
          kept.map(({ urn }) => urn),
          "what stays is what the program keeps on purpose",
        );
      },
    },
  ];
}

/** The stacks of the fixtures, against an AWS that answers. */
export async function awsSuite(): Promise<Suite> {
  const context = await prepare(undefined);
  await installAwsProvider(context.bin);
  const stacks: CloudStack[] = [];
  for (const name of ["dev"]) stacks.push(await openCloudStack(context, name));
  return {
    name: "aws",
    tests: [
      ...stacks.flatMap(life),
      {
        title: "nothing is left behind",
        run: async () => {
          for (const { account } of stacks) await account.stop();
          await rm(context.folder, { recursive: true, force: true });
        },
      },
    ],
  };
}
