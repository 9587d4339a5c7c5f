import { generateKeyPairSync } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import * as path from "node:path";
import { startDaemon } from "../lib/process";
import { connect, send } from "../../../services/delivery/connection";
import { newIdentities, tokenFile } from "./identities";
import type { Daemon } from "../lib/process";
import type { Toolchain } from "../toolchain/ensure";
import type { Identities } from "./identities";

const READY_TIMEOUT_MS = 60_000;

/**
 * Controllers that matter without nodes: namespaces, garbage collection, service accounts, quotas,
 * roles, volumes, and Jobs with their end.
 */
const CONTROLLERS = [
  "namespace-controller",
  "garbage-collector-controller",
  "serviceaccount-controller",
  "root-ca-certificate-publisher-controller",
  "resourcequota-controller",
  "clusterrole-aggregation-controller",
  "persistentvolumeclaim-protection-controller",
  "persistentvolume-protection-controller",
  "job-controller",
  "ttl-after-finished-controller",
];

/** What a control plane is made of. */
export type ControlPlaneTools = Pick<
  Toolchain,
  "etcd" | "kube-apiserver" | "kube-controller-manager"
>;

export interface ControlPlane {
  /** Path of a kubeconfig for a cluster administrator. */
  readonly kubeconfig: string;
  readonly server: string;
  readonly identities: Identities;
  /** Ends the API server at once, as a crash would; etcd keeps its data. */
  killApiServer(): Promise<void>;
  startApiServer(): Promise<void>;
  stop(): Promise<void>;
}

/** A loopback port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
      .on("error", reject)
      .listen(0, "127.0.0.1", () => {
        const address = probe.address();
        const port = typeof address === "object" && address !== null ? address.port : 0;
        probe.close(() => resolve(port));
      });
  });
}

async function writeKeys(folder: string): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  await writeFile(path.join(folder, "sa.key"), privateKey, { mode: 0o600 });
  await writeFile(path.join(folder, "sa.pub"), publicKey);
}

async function writeKubeconfig(
  file: string,
  server: string,
  token: string,
  certificateFile: string,
): Promise<void> {
  const certificate = (await readFile(certificateFile)).toString("base64");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "causeway-e2e",
    clusters: [
      { name: "causeway-e2e", cluster: { server, "certificate-authority-data": certificate } },
    ],
    users: [{ name: "e2e-admin", user: { token } }],
    contexts: [{ name: "causeway-e2e", context: { cluster: "causeway-e2e", user: "e2e-admin" } }],
  };
  await writeFile(file, JSON.stringify(config, null, 2), { mode: 0o600 });
}

function etcdArguments(folder: string, client: string, peer: string): string[] {
  return [
    "--name=e2e",
    `--data-dir=${dataFolder(folder)}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=e2e=${peer}`,
    "--unsafe-no-fsync",
    "--log-level=error",
  ];
}

function apiServerArguments(folder: string, etcd: string, port: number): string[] {
  return [
    `--etcd-servers=${etcd}`,
    `--secure-port=${port}`,
    "--bind-address=127.0.0.1",
    `--cert-dir=${path.join(folder, "certificates")}`,
    `--service-account-key-file=${path.join(folder, "sa.pub")}`,
    `--service-account-signing-key-file=${path.join(folder, "sa.key")}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--token-auth-file=${path.join(folder, "tokens.csv")}`,
    "--authorization-mode=RBAC",
    "--service-cluster-ip-range=10.96.0.0/16",
    "--endpoint-reconciler-type=none",
    "--allow-privileged=true",
    "--profiling=false",
    "--watch-cache=true",
  ];
}

function controllerArguments(
  folder: string,
  kubeconfig: string,
  port: number,
  controllers: readonly string[],
): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--secure-port=${port}`,
    "--bind-address=127.0.0.1",
    "--leader-elect=false",
    `--cert-dir=${path.join(folder, "controller-certificates")}`,
    `--service-account-private-key-file=${path.join(folder, "sa.key")}`,
    `--root-ca-file=${path.join(folder, "certificates", "apiserver.crt")}`,
    `--controllers=${controllers.join(",")}`,
    "--concurrent-gc-syncs=5",
    "--kube-api-qps=200",
    "--kube-api-burst=400",
    "--profiling=false",
  ];
}

async function until(what: string, daemon: Daemon, ready: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (!(await ready().catch(() => false))) {
    if (!daemon.isRunning())
      throw new Error(
        `${daemon.name} ended before it was ready; its log: ${await logTail(daemon.logFile)}`,
      );
    if (Date.now() > deadline)
      throw new Error(
        `${what} is not ready after ${READY_TIMEOUT_MS / 1000} s; log: ${await logTail(daemon.logFile)}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function logTail(file: string): Promise<string> {
  return (await readFile(file, "utf8").catch(() => "")).trim().split("\n").slice(-15).join("\n");
}

/** Folder of etcd's data within the folder of a control plane. */
export function dataFolder(folder: string): string {
  return path.join(folder, "etcd");
}

/**
 * Starts etcd, the API server and the controller manager on free loopback ports, with all their
 * files in `folder`. Where that folder has data of etcd already, they go on from there. `more` are
 * controllers besides those that matter without nodes.
 */
export async function startControlPlane(
  tools: ControlPlaneTools,
  folder: string,
  more: readonly string[] = [],
): Promise<ControlPlane> {
  const [etcdPort, peerPort, apiPort, controllerPort] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  const identities = newIdentities();
  await writeKeys(folder);
  await writeFile(path.join(folder, "tokens.csv"), tokenFile(identities), { mode: 0o600 });
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const server = `https://127.0.0.1:${apiPort}`;
  const kubeconfig = path.join(folder, "kubeconfig");
  const log = (name: string): string => path.join(folder, `${name}.log`);

  const etcd = startDaemon(
    "etcd",
    tools.etcd,
    etcdArguments(folder, etcdUrl, `http://127.0.0.1:${peerPort}`),
    log("etcd"),
  );
  const startServer = (): Daemon =>
    startDaemon(
      "kube-apiserver",
      tools["kube-apiserver"],
      apiServerArguments(folder, etcdUrl, apiPort),
      log("kube-apiserver"),
    );
  const serverReady = async (daemon: Daemon): Promise<void> =>
    until("the API server", daemon, async () => {
      await writeKubeconfig(
        kubeconfig,
        server,
        identities.admin,
        path.join(folder, "certificates", "apiserver.crt"),
      );
      return (
        (await send(await connect({ kubeconfig }), { method: "GET", path: "/readyz" }, 3_000))
          .status === 200
      );
    });

  let apiServer = startServer();
  let controllers: Daemon | undefined;
  const stop = async (): Promise<void> => {
    await controllers?.stop();
    await apiServer.stop();
    await etcd.stop();
  };
  try {
    await serverReady(apiServer);
    controllers = startDaemon(
      "kube-controller-manager",
      tools["kube-controller-manager"],
      controllerArguments(folder, kubeconfig, controllerPort, [...CONTROLLERS, ...more]),
      log("kube-controller-manager"),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    kubeconfig,
    server,
    identities,
    stop,
    killApiServer: () => apiServer.stop("SIGKILL"),
    async startApiServer() {
      apiServer = startServer();
      await serverReady(apiServer);
    },
  };
}
