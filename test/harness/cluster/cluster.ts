import { cp, mkdtemp, rm } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { connect } from "../../../services/delivery/connection";
import { KubernetesClient } from "../lib/kubernetes/client";
import { say } from "../lib/text";
import { cachedFolder } from "../toolchain/cache";
import { TOOLS } from "../toolchain/pins";
import { dataFolder, startControlPlane } from "./controlPlane";
import { customResourceDefinitions, DEFINITIONS_DIGEST, installDefinitions } from "./crds";
import type { ConnectOptions } from "../../../services/delivery/connection";
import type { ControlPlaneTools } from "./controlPlane";
import type { PlatformGroup } from "./identities";

/** What the tests need of a cluster, whether it was started for them or is the reader's own. */
export interface Cluster {
  readonly kubeconfig: string;
  admin(): Promise<KubernetesClient>;
  /** A client with the rights of one group of the platform and no others. */
  member(group: PlatformGroup): Promise<KubernetesClient>;
  /** Absent for a cluster of one's own, whose API server is not ours to kill. */
  readonly faults?: { killApiServer(): Promise<void>; startApiServer(): Promise<void> };
  stop(): Promise<void>;
}

/** A busy machine is no failure of what is tested. */
const PATIENCE = { answerMs: 60_000, retryMs: 10_000 };

async function client(options: ConnectOptions): Promise<KubernetesClient> {
  return new KubernetesClient(await connect(options), PATIENCE);
}

/**
 * Data of an etcd in which all custom resource definitions are installed, made once and then kept:
 * the API server takes a quarter of a minute to install them and two seconds to find them there.
 */
export async function seedData(tools: ControlPlaneTools): Promise<string> {
  return cachedFolder(
    `definitions-${TOOLS["kube-apiserver"].version}-${TOOLS.etcd.version}-${DEFINITIONS_DIGEST}`,
    async (target) => {
      say("custom resource definitions: installing once");
      const folder = await mkdtemp(path.join(os.tmpdir(), "causeway-seed-"));
      const plane = await startControlPlane(tools, folder);
      try {
        await installDefinitions(
          await client({ kubeconfig: plane.kubeconfig }),
          await customResourceDefinitions(),
        );
      } finally {
        await plane.stop();
      }
      await cp(dataFolder(folder), target, { recursive: true });
      await rm(folder, { recursive: true, force: true });
    },
  );
}

/**
 * A control plane of the tests' own, with the definitions in it: members log in with a token.
 * `more` are further controllers of Kubernetes to run.
 */
export async function testCluster(
  tools: ControlPlaneTools,
  parent: string,
  more: readonly string[] = [],
): Promise<Cluster> {
  const folder = await mkdtemp(path.join(parent, "control-plane-"));
  await cp(await seedData(tools), dataFolder(folder), { recursive: true });
  const plane = await startControlPlane(tools, folder, more);
  return {
    kubeconfig: plane.kubeconfig,
    admin: () => client({ kubeconfig: plane.kubeconfig }),
    member: (group) =>
      client({ kubeconfig: plane.kubeconfig, token: plane.identities.groups[group] }),
    faults: { killApiServer: plane.killApiServer, startApiServer: plane.startApiServer },
    stop: plane.stop,
  };
}

/** A cluster that a kubeconfig names: members are impersonated. */
export function ownCluster(kubeconfig: string): Cluster {
  return {
    kubeconfig,
    admin: () => client({ kubeconfig }),
    member: (group) =>
      client({
        kubeconfig,
        impersonate: { user: `e2e-${group.replace("causeway:", "")}`, groups: [group] },
      }),
    stop: () => Promise.resolve(),
  };
}
