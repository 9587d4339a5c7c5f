// Builds the stand-in plugins into a folder that the end-to-end tests put on PATH; nothing else
// ever uses them.
import { chmod, mkdir, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { build } from "esbuild";
import type { Plugin } from "esbuild";

const SOURCES = {
  "pulumi-resource-docker": "docker/main.ts",
  "pulumi-resource-kubernetes": "kubernetes/main.ts",
  "pulumi-resource-random": "random/main.ts",
  "pulumi-language-nodejs": "language/main.ts",
} as const;

export type StandIn = keyof typeof SOURCES;

/**
 * Of the Kubernetes client a plugin needs the reader of kubeconfigs alone: its thousand model
 * classes would double every start.
 */
const kubeconfigOnly: Plugin = {
  name: "kubeconfig-only",
  setup: ({ onResolve, onLoad }) => {
    const client = path.dirname(require.resolve("@kubernetes/client-node"));
    onResolve({ filter: /^@kubernetes\/client-node$/ }, () => ({
      path: path.join(client, "config.js"),
    }));
    onLoad({ filter: /client-node.dist.gen.index\.js$/ }, () => ({
      contents: "export const createConfiguration = undefined, ServerConfiguration = undefined;",
    }));
  },
};

/** Writes each plugin as one bundled file with a launcher of its name. */
export async function installStandIns(names: readonly StandIn[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all(
    names.map(async (name) => {
      const bundle = path.join(folder, `${name}.cjs`);
      await build({
        entryPoints: [path.join(__dirname, SOURCES[name])],
        outfile: bundle,
        bundle: true,
        platform: "node",
        format: "cjs",
        target: "node20",
        plugins: [kubeconfigOnly],
        logLevel: "error",
      });
      const launcher = path.join(folder, name);
      await writeFile(launcher, `#!/bin/sh\nexec "${process.execPath}" "${bundle}" "$@"\n`);
      await chmod(launcher, 0o755);
    }),
  );
}
