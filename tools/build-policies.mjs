import { build } from "esbuild";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const policies = fileURLToPath(new URL("../policies", import.meta.url));

/** Compiles the policy pack to `policies/bin/index.js`. @pulumi/* stays outside: the runner and the pack must share one copy. */
const result = await build({
  entryPoints: [join(policies, "index.ts")],
  outfile: join(policies, "bin", "index.js"),
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  external: ["@pulumi/*"],
  logLevel: "warning",
  metafile: true,
});
const [[file, { bytes }]] = Object.entries(result.metafile.outputs);
console.log(`${file} (${Math.round(bytes / 1024)} KiB)`);
