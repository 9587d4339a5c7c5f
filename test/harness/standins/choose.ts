// Decides which official plugins can be had; a stand-in takes the place of each one that cannot.
import { access, constants } from "node:fs/promises";
import * as path from "node:path";
import { version as kubernetesVersion } from "@pulumi/kubernetes/package.json";
import { version as randomVersion } from "@pulumi/random/package.json";
import { run } from "../lib/process";
import { say } from "../lib/text";
import type { StandIn } from "./install";

const DOWNLOAD_TIMEOUT_MS = 120_000;

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function onPath(name: string, folders: readonly string[]): Promise<boolean> {
  const found = await Promise.all(folders.map((folder) => isExecutable(path.join(folder, name))));
  return found.includes(true);
}

/** Asks the CLI for an official provider; false when it cannot be downloaded. */
async function officialProvider(
  pulumi: string,
  home: string,
  name: string,
  version: string,
): Promise<boolean> {
  const result = await run(pulumi, ["plugin", "install", "resource", name, version], {
    timeoutMs: DOWNLOAD_TIMEOUT_MS,
    env: { ...process.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  return result.code === 0;
}

export interface PluginChoice {
  readonly standIns: readonly StandIn[];
}

/**
 * The language host comes with the official CLI. The official Kubernetes provider waits for pods
 * and installs charts, so it needs a cluster with nodes: it is used on a cluster of one's own,
 * never on the bare test control plane.
 */
export async function choosePlugins(
  pulumi: string,
  options: { readonly home: string; readonly clusterHasNodes: boolean },
): Promise<PluginChoice> {
  const folders = [path.dirname(pulumi), ...(process.env["PATH"] ?? "").split(path.delimiter)];
  // The registries of a test are a table, whatever else is official.
  const standIns: StandIn[] = ["pulumi-resource-docker"];
  say("  pulumi-resource-docker: stand-in (no registry is asked)");
  if (await onPath("pulumi-language-nodejs", folders)) say("  pulumi-language-nodejs: official");
  else {
    standIns.push("pulumi-language-nodejs");
    say("  pulumi-language-nodejs: stand-in (this CLI came without its language hosts)");
  }
  if (
    options.clusterHasNodes &&
    (await officialProvider(pulumi, options.home, "kubernetes", kubernetesVersion))
  )
    say(`  pulumi-resource-kubernetes: official v${kubernetesVersion}`);
  else {
    standIns.push("pulumi-resource-kubernetes");
    say(
      `  pulumi-resource-kubernetes: stand-in (${options.clusterHasNodes ? "the official one cannot be had" : "the test control plane has no nodes to wait for"})`,
    );
  }
  if (await officialProvider(pulumi, options.home, "random", randomVersion))
    say(`  pulumi-resource-random: official v${randomVersion}`);
  else {
    standIns.push("pulumi-resource-random");
    say("  pulumi-resource-random: stand-in (the official one cannot be had)");
  }
  return { standIns };
}
