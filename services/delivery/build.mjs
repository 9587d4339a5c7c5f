// Bundles the programs of the image of the promoter and the recorder into one folder: each is one
// file, and node is all that it needs.
//
//   node services/delivery/build.mjs <folder>
import { build } from "esbuild";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..", "..");
const [target = join(root, "out", "delivery")] = process.argv.slice(2);
const programs = [
  "promote",
  "follow",
  "resume",
  "record-run",
  "record-attempt",
  "record-erasure",
  "checkpoint",
];

// Of the Kubernetes client the programs use what reads a kubeconfig and logs in. Its thousand
// generated classes of the API, 15 MB in each program, have no timeout and are left out.
const kubeconfigOnly = {
  name: "kubeconfig-only",
  setup: ({ onResolve, onLoad }) => {
    const client = dirname(createRequire(import.meta.url).resolve("@kubernetes/client-node"));
    onResolve({ filter: /^@kubernetes\/client-node$/ }, () => ({
      path: join(client, "config.js"),
    }));
    onLoad({ filter: /client-node.dist.gen.index\.js$/ }, () => ({
      contents: "export const createConfiguration = undefined, ServerConfiguration = undefined;",
    }));
  },
};

const { metafile } = await build({
  entryPoints: programs.map((name) => join(root, "services", "delivery", `${name}.ts`)),
  outdir: target,
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  plugins: [kubeconfigOnly],
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
});

// What the bill of materials is made from: paths of packages, as package-lock.json names them.
const pathOf = (path) =>
  /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0].replace(/^.*?(?=node_modules\/)/, "");
const packages = Object.keys(metafile.inputs)
  .map(pathOf)
  .filter((one) => one !== undefined);
writeFileSync(
  join(target, "packages.json"),
  `${JSON.stringify([...new Set(packages)].sort(), null, 2)}\n`,
);
