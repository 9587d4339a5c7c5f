import { build } from "esbuild";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const usage =
  "npm run build\n\nCompiles the policy pack to policies/bin/index.js. It takes no options.";
const [asked] = process.argv.slice(2);
if (asked !== undefined) {
  const help = asked === "--help" || asked === "-h";
  (help ? console.log : console.error)(
    help ? usage : `got ${asked}, allowed: no options\n\n${usage}`,
  );
  process.exit(help ? 0 : 2);
}

const policies = fileURLToPath(new URL("../policies", import.meta.url));

/**
 * Compiles the policy pack to `policies/bin/index.js`. @pulumi/* stays outside: the runner and the
 * pack must share one copy.
 */
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
