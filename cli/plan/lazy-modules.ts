/**
 * Modules that the Pulumi SDK loads with itself and that a plan never runs: the TypeScript compiler
 * and npm's dependency tree, which serialise functions for the cloud, and the automation API, which
 * starts the engine. They take a third of the time to load a program, and 65 MB. Import this before
 * anything that imports the SDK: each is then loaded when it is first used, if ever.
 */
import Module, { createRequire } from "node:module";

const unused = ["@pulumi/pulumi/typescript-shim", "@pulumi/pulumi/automation"];
const require = createRequire(__filename);
const sdk = createRequire(require.resolve("@pulumi/pulumi/runtime/closure/codePaths"));

for (const file of [...unused.map((id) => require.resolve(id)), sdk.resolve("@npmcli/arborist")])
  if (require.cache[file] === undefined) require.cache[file] = lazily(file);

/** A module whose exports are those of the real one, from their first use on. */
function lazily(file: string): Module {
  const module = new Module(file);
  let loaded: object | undefined;
  const exported = (): object => {
    if (loaded === undefined) {
      delete require.cache[file];
      const real: unknown = require(file);
      loaded = typeof real === "object" && real !== null ? real : {};
    }
    return loaded;
  };
  module.loaded = true;
  module.exports = new Proxy(
    {},
    {
      // Without this mark the SDK copies every export, which is a use.
      get: (_, key): unknown => (key === "__esModule" ? true : Reflect.get(exported(), key)),
      has: (_, key) => Reflect.has(exported(), key),
    },
  );
  return module;
}
