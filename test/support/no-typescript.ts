/**
 * Stands for TypeScript, which @pulumi/pulumi loads for its serialiser of functions. Nothing here
 * serialises one, and to load it costs each file of tests most of a second.
 */
const absent: object = new Proxy(
  {},
  {
    get: (_, name) => {
      // What modules ask of each other when one is loaded.
      if (typeof name === "symbol" || name === "__esModule" || name === "default") return undefined;
      throw new Error(`typescript.${name}: tests run without TypeScript (jest.config.mjs)`);
    },
  },
);
export = absent;
