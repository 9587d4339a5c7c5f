import assert from "node:assert/strict";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { readdirSync } from "node:fs";
import * as path from "node:path";
import { ENDPOINT_VARIABLE, installAwsProvider, type Account } from "../../harness/cloud/account";
import { openAccount } from "./stack";
import { cloneWithFixtures } from "../../harness/clone";
import { isJsonArray, toJsonObject } from "../../harness/lib/json";
import { run, runOrThrow } from "../../harness/lib/process";
import { Pulumi } from "../../harness/lib/pulumi";
import { duration, say } from "../../harness/lib/text";
import { REPOSITORY } from "../../harness/project";
import type { Cluster } from "../../harness/cluster/cluster";
import { prepare } from "../../harness/context";
import type { Context } from "../../harness/context";
import type { Json, JsonObject } from "../../harness/lib/json";
import type { KubernetesClient } from "../../harness/lib/kubernetes/client";
import type { Suite, Test } from "../../harness/runner";

const PAGE = path.join(REPOSITORY, "docs", "first-run.md");
const HEADING = "From an empty account to a served model";
const STACK = "acme";
const REGIONS = ["eu-west-1", "eu-central-1"];
/** What the page says and the account of the test says otherwise, or a person answers at a terminal. */
const ZONE_OF_PAGE = "Z0123456789ACME";
const UP = `npx causeway up --stack ${STACK}`;
const DOCTOR = `npx causeway doctor --stack ${STACK}`;
const NAMESPACE = "causeway-models";

/** A folder, an account and API servers in which nothing of the platform is. */
interface Walk {
  readonly folder: string;
  readonly account: Account;
  /** File of the emulator's log. */
  readonly log: string;
  readonly clusters: Readonly<Record<string, Cluster>>;
  readonly env: NodeJS.ProcessEnv;
}

/** The code blocks of the page below the heading: what a newcomer types, in order. */
async function blocks(): Promise<string[]> {
  const text = await readFile(PAGE, "utf8");
  const section = text.split(/^## /m).find((part) => part.startsWith(HEADING)) ?? "";
  return [...section.matchAll(/^```\n([^]*?)^```$/gm)].map(([, block = ""]) => block.trim());
}

/** Values of an option in what is typed. */
function given(commands: readonly string[], option: RegExp): string[] {
  return commands.flatMap((command) =>
    [...command.matchAll(option)].flatMap(([, value]) => value ?? []),
  );
}

/** The variables with the credentials of a role in place of the caller's. */
async function assuming(role: string, env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const command = `aws sts assume-role --role-arn ${role} --role-session-name first-run --output json`;
  const { stdout } = await runOrThrow("sh", ["-c", command], { env });
  const credentials = toJsonObject(toJsonObject(JSON.parse(stdout))["Credentials"]);
  return {
    ...env,
    AWS_ACCESS_KEY_ID: String(credentials["AccessKeyId"]),
    AWS_SECRET_ACCESS_KEY: String(credentials["SecretAccessKey"]),
    AWS_SESSION_TOKEN: String(credentials["SessionToken"]),
  };
}

async function open(context: Context, commands: readonly string[]): Promise<Walk> {
  const root = path.join(context.folder, "walk");
  const [folder, state] = [path.join(root, "causeway"), path.join(root, "state")];
  await mkdir(state, { recursive: true });
  await cloneWithFixtures(folder);
  for (const file of readdirSync(folder).filter((name) => /^Pulumi\..+\.yaml$/.test(name)))
    await rm(path.join(folder, file));
  // Publishing names the commit that an image is built from.
  const author = ["-c", "user.name=walk", "-c", "user.email=walk@example.com"];
  await runOrThrow("git", ["init", "--quiet"], { cwd: folder });
  await runOrThrow("git", ["add", "--all"], { cwd: folder });
  await runOrThrow("git", [...author, "commit", "--quiet", "--message", "Clone"], { cwd: folder });

  const [zone = ""] = given(commands, /--domain (\S+)/g);
  const [accountId = ""] = given(commands, /--account (\d+)/g);
  const { account, log, clusters } = await openAccount(context, {
    stack: STACK,
    account: accountId,
    regions: REGIONS,
    zone,
    roles: [...new Set(given(commands, /arn:aws:iam::\d+:role\/(\w+)/g))],
  });
  const [home = "", first] = [REGIONS[0], Object.values(clusters)[0] ?? assert.fail()];
  const engine = new Pulumi({
    cwd: folder,
    ...context.engine,
    pathFolders: [...context.engine.pathFolders, path.dirname(context.engine.pulumi)],
    state,
    kubeconfig: first.kubeconfig,
    fieldManager: "causeway-e2e-walk",
    variables: {
      [ENDPOINT_VARIABLE]: account.endpoint,
      AWS_ENDPOINT_URL: account.endpoint,
      AWS_ACCESS_KEY_ID: "stand-in",
      AWS_SECRET_ACCESS_KEY: "stand-in",
      AWS_REGION: home,
      // The command line of version 1 reads no other.
      AWS_DEFAULT_REGION: home,
      DOCKER_CONFIG: path.join(root, "docker"),
    },
  });
  const [pipeline = ""] = given(commands, /--pipeline-role (\S+)/g);
  const env = await assuming(pipeline, engine.environment());
  return { folder, account, log, clusters, env };
}

/**
 * What is typed, in the account of the test. The doctor ends with 3 where it cannot tell: no DNS
 * delegates the zone, and moto keeps no quota of processors. A problem ends it with 1.
 */
function typed(block: string, { account }: Walk): string {
  return block
    .replaceAll(ZONE_OF_PAGE, Object.values(account.zones)[0] ?? "")
    .replaceAll(new RegExp(`^${UP}$`, "gm"), `${UP} --yes`)
    .replaceAll(new RegExp(`^${DOCTOR}$`, "gm"), `${DOCTOR} || [ $? -eq 3 ]`);
}

/** What somebody outside gives: the record of an audit of the committed release. */
async function audit({ folder }: Walk, model: string): Promise<void> {
  const own = path.join(folder, "services", "models", model);
  const text = await readFile(path.join(own, "release", "manifest.json"), "utf8");
  const { version, digests } = toJsonObject(JSON.parse(text));
  const record = {
    model,
    version,
    digest: toJsonObject(digests)["model"],
    auditor: { organisation: "Example Audit", independent: true },
    at: new Date(Date.now() - 86_400_000).toISOString(),
    report: { reference: "https://audit.example.com/1", digest: `sha256:${"b".repeat(64)}` },
  };
  await writeFile(path.join(own, "bias-audit.json"), JSON.stringify(record));
}

async function type(block: string, walk: Walk): Promise<void> {
  for (const command of typed(block, walk).split("\n")) {
    const { code, stdout, stderr, durationMs } = await run(
      "bash",
      ["-euo", "pipefail", "-c", command],
      { cwd: walk.folder, env: walk.env, timeoutMs: 600_000 },
    );
    if (code !== 0) {
      const log = await readFile(walk.log, "utf8");
      assert.fail(`${command}\n${`${stdout}\n${stderr}\n${log.slice(-2000)}`.slice(-8000)}`);
    }
    say(`        ${command.slice(0, 70)}: ${duration(durationMs)}`);
  }
}

const items = (value: Json | undefined): JsonObject[] =>
  (isJsonArray(value) ? value : []).map(toJsonObject);

async function get(
  client: KubernetesClient,
  apiVersion: string,
  kind: string,
  namespace: string,
  name: string,
): Promise<JsonObject> {
  const found = await client.get({ apiVersion, kind, namespace, name });
  return found ?? assert.fail(`there is no ${kind} ${namespace}/${name}`);
}

/**
 * Follows the way of a request in one region: from the domain by the Gateway and the route to a
 * Service whose selector finds the pods of the Rollout, which run the published image.
 */
async function served(client: KubernetesClient, model: string, image: string, domain: string) {
  const route = toJsonObject(
    (await get(client, "networking.istio.io/v1", "VirtualService", NAMESPACE, model))["spec"],
  );
  for (const gateway of isJsonArray(route["gateways"]) ? route["gateways"].map(String) : []) {
    if (gateway === "mesh") continue;
    const [namespace = "", name = ""] = gateway.split("/");
    const spec = toJsonObject(
      (await get(client, "networking.istio.io/v1", "Gateway", namespace, name))["spec"],
    );
    assert.match(JSON.stringify(spec["servers"]), new RegExp(domain.replaceAll(".", "\\.")));
  }
  const rollout = toJsonObject(
    (await get(client, "argoproj.io/v1alpha1", "Rollout", NAMESPACE, model))["spec"],
  );
  const template = toJsonObject(rollout["template"]);
  const labels = toJsonObject(toJsonObject(template["metadata"])["labels"]);
  const containers = items(toJsonObject(template["spec"])["containers"]);
  assert.ok(
    containers.some((container) => container["image"] === image),
    `${JSON.stringify(containers.map((container) => container["image"]))} has not ${image}`,
  );
  const destinations = items(route["http"])
    .flatMap(({ route: routes }) => items(routes))
    .map(({ destination }) => String(toJsonObject(destination)["host"]));
  assert.ok(destinations.length > 0);
  for (const host of new Set(destinations)) {
    const [name = ""] = host.split(".");
    const { spec } = await get(client, "v1", "Service", NAMESPACE, name);
    const selector = Object.entries(toJsonObject(toJsonObject(spec)["selector"]));
    assert.ok(selector.length > 0);
    for (const [label, value] of selector) assert.equal(labels[label], value, `${name}: ${label}`);
  }
}

/** Of the programs that the page uses, those that the machine has not. */
async function lacking(programs: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    programs.map(async (name) => (await run("sh", ["-c", `command -v ${name}`])).code === 0),
  );
  return programs.filter((_, i) => found[i] !== true);
}

/** The way of docs/first-run.md, as it is typed there, from an empty folder and account. */
export async function firstRunSuite(): Promise<Suite> {
  const name = "first-run";
  const missing = await lacking(["git", "jq", "openssl", "base64"]);
  if (missing.length > 0) {
    const skip = `this machine has no ${missing.join(", no ")}`;
    return { name, tests: [{ title: "the first run on AWS", skip, run: () => assert.fail(skip) }] };
  }
  const context = await prepare(undefined);
  await installAwsProvider(context.bin);
  const commands = await blocks();
  const way = await open(context, commands);
  let broken: string | undefined;
  const [model = ""] = given(commands, /--model (\S+)/g);
  const [domain = ""] = given(commands, /--domain (\S+)/g);
  await audit(way, model);
  const tests: Test[] = [
    ...commands.map((block, i) => ({
      title: `step ${i + 1}: ${block.split("\n")[0]?.slice(0, 60) ?? ""}`,
      run: async () => {
        assert.equal(broken, undefined, "an earlier step failed");
        broken = block;
        await type(block, way);
        broken = undefined;
      },
    })),
    {
      title: "a request to the domain would reach the published model in each region",
      run: async () => {
        const manifest = toJsonObject(
          JSON.parse(
            await readFile(
              path.join(way.folder, "services", "models", model, "release", "manifest.json"),
              "utf8",
            ),
          ),
        );
        const { repository, digest } = toJsonObject(manifest["image"]);
        for (const [region, cluster] of Object.entries(way.clusters)) {
          const address = String(repository).replace(REGIONS[0] ?? "", region);
          await served(await cluster.admin(), model, `${address}@${String(digest)}`, domain);
        }
      },
    },
    {
      title: "nothing is left behind",
      run: async () => {
        await way.account.stop();
        await rm(context.folder, { recursive: true, force: true });
      },
    },
  ];
  return { name, tests };
}
