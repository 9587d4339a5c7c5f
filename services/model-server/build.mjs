// Bundles the server, its worker thread and its health check into one folder, and lays the two
// packages beside them that cannot be bundled (native code; a worker file of its own). The folder
// is all that an image needs, and what the process tests run.
//
//   node services/model-server/build.mjs <folder>
import { build } from "esbuild";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const here = import.meta.dirname;
const [target = join(here, "../../out/model-server")] = process.argv.slice(2);

const { metafile } = await build({
  entryPoints: {
    server: join(here, "server.ts"),
    worker: join(here, "inference/worker.ts"),
    healthcheck: join(here, "healthcheck.ts"),
  },
  outdir: target,
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["onnxruntime-node", "piscina"],
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
});

const copy = (path) =>
  cpSync(join(here, "../../node_modules", path), join(target, "node_modules", path), {
    recursive: true,
  });
const native = `bin/napi-v6/${process.platform}/${process.arch}`;
for (const path of ["dist", "package.json", native]) copy(`onnxruntime-node/${path}`);
for (const path of ["dist/cjs", "package.json"]) copy(`onnxruntime-common/${path}`);
for (const path of ["dist", "package.json"]) copy(`piscina/${path}`);

// What the bill of materials is made from: places of packages, as package-lock.json names them.
const placeOf = (path) =>
  /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0].replace(/^.*?(?=node_modules\/)/, "");
const bundled = Object.keys(metafile.inputs)
  .map(placeOf)
  .filter((place) => place !== undefined);
const copied = ["onnxruntime-node", "onnxruntime-common", "piscina"].map(
  (name) => `node_modules/${name}`,
);
writeFileSync(
  join(target, "packages.json"),
  `${JSON.stringify([...new Set([...bundled, ...copied])].sort(), null, 2)}\n`,
);
