import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { dump, load } from "js-yaml";
import {
  ENDPOINT_VARIABLE,
  installCommandLines,
  startAccount,
  type Account,
} from "../../harness/cloud/account";
import { fixtureProject } from "../../harness/fixtures";
import { isJsonArray, isJsonObject, toJsonObject } from "../../harness/lib/json";
import { duration, say } from "../../harness/lib/text";
import { heldImages, holdImages } from "../../harness/standins/docker/registry";
import type { Cluster } from "../../harness/cluster/cluster";
import type { Context } from "../../harness/context";
import type { Json, JsonObject } from "../../harness/lib/json";
import type { PulumiResult } from "../../harness/lib/pulumi";
import type { Project } from "../../harness/project";

/** A stack of the fixtures in an account of its own on loopback. */
export interface CloudStack {
  readonly name: string;
  readonly project: Project;
  readonly account: Account;
  /** The API server that stands for the cluster of a region, by region. */
  readonly clusters: Readonly<Record<string, Cluster>>;
  /** Changes keys of the stack file. */
  configure(changes: Readonly<Record<string, Json | undefined>>): Promise<void>;
}

interface StackFile {
  readonly config: JsonObject;
}

/** A digest that the table of the registries has: images are pushed by other means than `pulumi up`. */
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

/** What a stack expects of its account. */
interface Expected {
  readonly stack: string;
  readonly account: string;
  readonly regions: readonly string[];
  readonly zone: string;
  readonly roles: readonly string[];
}

/** An account on loopback, with its log and an API server for the cluster of each region. */
interface OpenAccount {
  readonly account: Account;
  readonly log: string;
  readonly clusters: Readonly<Record<string, Cluster>>;
}

/** Starts the account of a stack, and writes the command lines that reach it and its clusters. */
export async function openAccount(
  context: Context,
  { stack, account: id, regions, zone, roles }: Expected,
): Promise<OpenAccount> {
  const clusters: Record<string, Cluster> = {};
  for (const region of regions) clusters[region] = await context.cluster();
  const log = path.join(context.folder, `aws-${stack}.log`);
  const account = await startAccount({ account: id, zones: [zone], roles, clusters }, log);
  const byName = Object.entries(clusters).map(([region, cluster]): [string, Cluster] => [
    `causeway-${stack}-${region}`,
    cluster,
  ]);
  await installCommandLines(context.bin, Object.fromEntries(byName));
  return { account, log, clusters };
}

/** Opens a stack with an account and an API server for each of its regions. */
export async function openCloudStack(context: Context, name: string): Promise<CloudStack> {
  const file = `Pulumi.${name}.yaml`;
  const { config } = load(readFileSync(path.join(fixtureProject, file), "utf8")) as StackFile;
  const accountId = String(config["causeway:account"]);
  const regions = (config["causeway:regions"] as readonly { readonly name: string }[]).map(
    (region) => region.name,
  );
  const { zone, roles } = expectations(config);
  const { account, clusters } = await openAccount(context, {
    stack: name,
    account: accountId,
    regions,
    zone,
    roles,
  });
  const [home = ""] = regions;
  const first = clusters[home] ?? assert.fail();
  const project = await context.project(first, {
    compiled: true,
    fieldManager: `causeway-e2e-${name}`,
    stack: name,
    variables: { [ENDPOINT_VARIABLE]: account.endpoint },
  });
  const registry = `${accountId}.dkr.ecr.${home}.amazonaws.com/${String(config["causeway:organization"])}-causeway-${name}`;
  const image = (repository: string) => `${registry}/${repository}@${DIGEST}`;
  const models = config["causeway:models"] as readonly { readonly name: string }[];
  await holdImages(context.bin, [
    ...(await heldImages(context.bin)),
    ...models.map((model) => image(`models/${model.name}`)),
  ]);
  const own = {
    ...config,
    "causeway:domain": { name: zone, hostedZoneId: account.zones[zone] },
    "causeway:images": { training: image("training"), delivery: image("delivery") },
    "causeway:models": models.map((model) => ({ ...model, image: image(`models/${model.name}`) })),
  };
  const configure: CloudStack["configure"] = (changes) =>
    project.write(file, dump({ config: { ...own, ...changes } }, { skipInvalid: true }));
  await configure({});
  return { name, project, account, clusters, configure };
}

export function timed(what: string, { durationMs }: PulumiResult): void {
  say(`        ${what}: ${duration(durationMs)}`);
}

export function ofAws({ type }: JsonObject): boolean {
  return String(type).startsWith("aws:");
}

/** Resources of the state by type, as `<type>::<name>`. */
export function named(state: readonly JsonObject[], type: string): string[] {
  return state
    .filter((resource) => resource["type"] === type)
    .map(({ urn }) => `${type}::${String(urn).split("::").pop() ?? ""}`);
}

export async function stateOf(project: Project): Promise<JsonObject[]> {
  const { deployment } = toJsonObject(JSON.parse(await project.export()));
  const { resources } = toJsonObject(deployment);
  return (isJsonArray(resources) ? resources : [])
    .filter(isJsonObject)
    .filter(({ custom }) => custom === true);
}

/** Resources of AWS in the state, and those that the account has of them. */
export async function kept({
  project,
  account,
}: CloudStack): Promise<Record<"state" | "account", string[]>> {
  const state = (await stateOf(project)).filter(ofAws);
  return {
    state: state.map(({ urn }) => String(urn)),
    account: await account.remaining(state),
  };
}
