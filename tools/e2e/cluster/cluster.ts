import { mkdtemp } from "node:fs/promises";
import * as path from "node:path";
import { connect } from "../lib/kubernetes/connection";
import { KubernetesClient } from "../lib/kubernetes/client";
import { startControlPlane } from "./controlPlane";
import type { ConnectOptions } from "../lib/kubernetes/connection";
import type { Toolchain } from "../toolchain/ensure";
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

/** A control plane of the tests' own: members log in with a token. */
export async function testCluster(tools: Toolchain, folder: string): Promise<Cluster> {
  const plane = await startControlPlane(tools, await mkdtemp(path.join(folder, "control-plane-")));
  return {
    kubeconfig: plane.kubeconfig,
    admin: () => client({ kubeconfig: plane.kubeconfig }),
    member: (group) => client({ kubeconfig: plane.kubeconfig, token: plane.identities.groups[group] }),
    faults: { killApiServer: plane.killApiServer, startApiServer: plane.startApiServer },
    stop: plane.stop,
  };
}

/** A cluster that a kubeconfig names: members are impersonated. */
export function ownCluster(kubeconfig: string): Cluster {
  return {
    kubeconfig,
    admin: () => client({ kubeconfig }),
    member: (group) => client({ kubeconfig, impersonate: { user: "e2e", group } }),
    stop: () => Promise.resolve(),
  };
}
