import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { chmod, readFile, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { ensureInterpreter } from "../../../services/training/environment";
import { isJsonArray, isJsonObject, toJsonObject } from "../lib/json";
import { runOrThrow } from "../lib/process";
import { say } from "../lib/text";
import { registryFile } from "../standins/docker/registry";
import type { Cluster } from "../cluster/cluster";
import type { Json, JsonObject } from "../lib/json";

const STAND_IN = path.join(__dirname, "..", "standins", "aws");

/** Where the stand-in of the AWS provider finds the emulator. */
export const ENDPOINT_VARIABLE = "CAUSEWAY_AWS_ENDPOINT";

/** What an account has before the platform comes to it. */
export interface AccountContents {
  /** Twelve digits. */
  readonly account: string;
  /** Domains that have a public zone. */
  readonly zones: readonly string[];
  /** Names of the roles of people and pipelines. */
  readonly roles: readonly string[];
  /** The API server that stands for the clusters of a region, by region. */
  readonly clusters: Readonly<Record<string, Cluster>>;
}

/** An AWS account on loopback. */
export interface Account {
  readonly endpoint: string;
  /** Ids of the zones by domain. */
  readonly zones: Readonly<Record<string, string>>;
  /**
   * What the first call of each resource would be refused for if it were made again under another
   * policy of a key; nothing is made.
   */
  judged(cases: readonly JsonObject[]): Promise<string[][]>;
  /** Of resources of a state, those that the account still has, by URN. */
  remaining(resources: readonly JsonObject[]): Promise<string[]>;
  stop(): Promise<void>;
}

/** The interpreter of the stand-in. */
function python(): Promise<string> {
  return ensureInterpreter(path.join(STAND_IN, "requirements.lock"), { report: say });
}

/** Writes the plugin `pulumi-resource-aws` into a folder of the PATH. */
export async function installAwsProvider(folder: string): Promise<void> {
  const program = await python();
  const launcher = path.join(folder, "pulumi-resource-aws");
  await writeFile(
    launcher,
    `#!/bin/sh\nPYTHONDONTWRITEBYTECODE=1 PYTHONPATH="${STAND_IN}" CAUSEWAY_REGISTRY="${registryFile(folder)}" exec "${program}" -m aws_standin "$@"\n`,
  );
  await chmod(launcher, 0o755);
}

/**
 * Writes the command lines `aws` and `docker` into a folder of the PATH. `aws` is the real one,
 * against the emulator, but for `eks get-token`: it answers with the administrator of the cluster's
 * API server, and whom IAM would let in is not asked.
 */
export async function installCommandLines(
  folder: string,
  clusters: Readonly<Record<string, Cluster>>,
): Promise<void> {
  const program = await python();
  for (const [name, cluster] of Object.entries(clusters)) {
    const { user } = await kubeconfigOf(cluster);
    const credential = {
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      status: user,
    };
    await writeFile(path.join(folder, `token-${name}.json`), JSON.stringify(credential));
  }
  const launchers = {
    aws: `[ "$1 $2 $3" = "eks get-token --cluster-name" ] && exec cat "${folder}/token-$4.json"\nexec "${program}" -m awscli "$@"`,
    docker: `PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="${STAND_IN}" exec "${program}" -m aws_standin.docker "$@"`,
  };
  for (const [name, script] of Object.entries(launchers)) {
    await writeFile(path.join(folder, name), `#!/bin/sh\n${script}\n`);
    await chmod(path.join(folder, name), 0o755);
  }
}

interface Reached {
  readonly endpoint: string;
  readonly certificateAuthority: string;
  /** Status of an ExecCredential. */
  readonly user: JsonObject;
}

async function kubeconfigOf({ kubeconfig }: Cluster): Promise<Reached> {
  const config = toJsonObject(JSON.parse(await readFile(kubeconfig, "utf8")));
  const first = (key: string, part: string): JsonObject => {
    const [entry] = isJsonArray(config[key]) ? config[key] : [];
    return isJsonObject(entry) ? toJsonObject(entry[part]) : {};
  };
  const cluster = first("clusters", "cluster");
  const user = first("users", "user");
  const decoded = (key: string): string => Buffer.from(String(user[key]), "base64").toString();
  return {
    endpoint: String(cluster["server"]),
    certificateAuthority: String(cluster["certificate-authority-data"]),
    user:
      user["token"] === undefined
        ? {
            clientCertificateData: decoded("client-certificate-data"),
            clientKeyData: decoded("client-key-data"),
          }
        : { token: user["token"] },
  };
}

/** Starts the emulator with what an account has before the platform comes. */
export async function startAccount(contents: AccountContents, log: string): Promise<Account> {
  const program = await python();
  const env = { ...process.env, PYTHONPATH: STAND_IN };
  const servers = await Promise.all(
    Object.entries(contents.clusters).map(async ([region, cluster]) => {
      const { endpoint, certificateAuthority } = await kubeconfigOf(cluster);
      return [region, { endpoint, certificateAuthority }] as const;
    }),
  );
  const child = spawn(
    program,
    [
      path.join(STAND_IN, "emulator.py"),
      ...contents.zones.map((zone) => `--zone=${zone}`),
      ...contents.roles.map((role) => `--role=${role}`),
    ],
    {
      env: {
        ...env,
        MOTO_ACCOUNT_ID: contents.account,
        MOTO_IAM_LOAD_MANAGED_POLICIES: "true",
        CAUSEWAY_API_SERVERS: JSON.stringify(Object.fromEntries(servers)),
      },
      stdio: ["ignore", "pipe", openSync(log, "a")],
    },
  );
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const [line] = await Promise.race([
    new Promise<string[]>((resolve) =>
      createInterface({ input: child.stdout ?? assert.fail() }).once("line", (text) =>
        resolve([text]),
      ),
    ),
    ended.then(() => []),
  ]);
  if (line === undefined) throw new Error(`the emulator of AWS ended at once, see ${log}`);
  const { port, zones } = toJsonObject(JSON.parse(line));
  const endpoint = `http://127.0.0.1:${String(port)}`;
  const ask = async (module: string, question: Json): Promise<string> => {
    const file = `${log}.${module}.json`;
    await writeFile(file, JSON.stringify(question));
    const { stdout } = await runOrThrow(program, ["-m", `aws_standin.${module}`, file], {
      env: { ...env, [ENDPOINT_VARIABLE]: endpoint },
    });
    return stdout;
  };
  return {
    endpoint,
    zones: Object.fromEntries(
      Object.entries(toJsonObject(zones)).map(([zone, id]) => [zone, String(id)]),
    ),
    judged: async (cases) => JSON.parse(await ask("judged", cases)) as string[][],
    remaining: async (resources) => (await ask("remaining", resources)).split("\n").filter(Boolean),
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
