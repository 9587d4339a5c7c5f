// Bundles the programs of the image of the promoter and the recorder into one folder: each is one
// file, and node is all that it needs.
//
//   node services/delivery/build.mjs <folder>
import { build } from "esbuild";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");
const [target = join(root, "out", "delivery")] = process.argv.slice(2);
const programs = {
  promote: "promote",
  follow: "follow",
  "record-run": "record-run",
  "record-erasure": "record-erasure",
};

const { metafile } = await build({
  entryPoints: Object.fromEntries(
    Object.entries(programs).map(([name, path]) => [
      name,
      join(root, "services", "delivery", `${path}.ts`),
    ]),
  ),
  outdir: target,
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
});

// What the bill of materials is made from: places of packages, as package-lock.json names them.
const placeOf = (path) =>
  /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0].replace(/^.*?(?=node_modules\/)/, "");
const places = Object.keys(metafile.inputs)
  .map(placeOf)
  .filter((place) => place !== undefined);
writeFileSync(
  join(target, "packages.json"),
  `${JSON.stringify([...new Set(places)].sort(), null, 2)}\n`,
);
