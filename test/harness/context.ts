import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { cacheRoot } from "./toolchain/cache";
import { ensureToolchain } from "./toolchain/ensure";
import { choosePlugins } from "./standins/choose";
import { installStandIns } from "./standins/install";
import { ownCluster, seedData, testCluster } from "./cluster/cluster";
import { buildPolicyPack, Project } from "./project";
import { say } from "./lib/text";
import type { Cluster } from "./cluster/cluster";
import type { ProjectOptions } from "./project";
import type { PulumiOptions } from "./lib/pulumi";
import type { StandIn } from "./standins/install";

/** What every suite starts from. */
export interface Context {
  /** Everything that this run writes, apart from the tools. */
  readonly folder: string;
  readonly standIns: readonly StandIn[];
  /** Folder of the stand-ins, which is on the PATH of the engine. */
  readonly bin: string;
  /** The engine and what it needs, for commands of another folder than a project's. */
  readonly engine: Pick<PulumiOptions, "home" | "downloadsPlugins" | "pulumi" | "pathFolders">;
  /** A new test control plane, or the reader's own cluster. */
  cluster(): Promise<Cluster>;
  /** A fresh copy of the project with an empty stack. */
  project(
    cluster: Cluster,
    options: Pick<ProjectOptions, "compiled" | "fieldManager" | "stack" | "variables">,
  ): Promise<Project>;
}

/**
 * A folder for the CLI itself, without the debug log that it keeps of every command: writing that
 * log is half of the engine's work. Where it cannot have its folder of logs, the CLI goes on
 * without them.
 */
async function pulumiHome(): Promise<string> {
  const home = path.join(cacheRoot(), "pulumi-home");
  const logs = path.join(home, "logs");
  await mkdir(home, { recursive: true });
  await rm(logs, { recursive: true, force: true });
  await writeFile(
    logs,
    "A file in the place of the folder, so that the CLI keeps no debug logs.\n",
  );
  return home;
}

/** Gets the tools, chooses the plugins and compiles the policy pack. */
export async function prepare(kubeconfig: string | undefined): Promise<Context> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "causeway-e2e-"));
  const home = await pulumiHome();
  const bin = path.join(folder, "bin");
  const tools = await ensureToolchain();
  say("plugins");
  const [{ standIns }] = await Promise.all([
    choosePlugins(tools.pulumi, { home, clusterHasNodes: kubeconfig !== undefined }),
    buildPolicyPack(),
  ]);
  await installStandIns(standIns, bin);
  if (kubeconfig === undefined) await seedData(tools);
  const downloadsPlugins = !standIns.includes("pulumi-resource-kubernetes");
  say(`files of this run: ${folder}`);
  const engine = {
    home,
    downloadsPlugins,
    pulumi: tools.pulumi,
    pathFolders: standIns.length > 0 ? [bin] : [],
  };
  return {
    folder,
    standIns,
    bin,
    engine,
    cluster: () =>
      kubeconfig === undefined
        ? testCluster(tools, folder)
        : Promise.resolve(ownCluster(kubeconfig)),
    project: (cluster, options) =>
      Project.create({
        ...options,
        ...engine,
        folder,
        kubeconfig: cluster.kubeconfig,
      }),
  };
}
