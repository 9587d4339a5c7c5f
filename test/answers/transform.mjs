import { createHash } from "node:crypto";
import { sep } from "node:path";
import swc from "@swc/jest";

/** Compiles as jest.config.mjs says, with one file of the product changed. */
export default {
  createTransformer({ edit, options }) {
    const compiler = swc.createTransformer(options);
    const changed = (source, file) =>
      edit !== undefined && file.endsWith(sep + edit.file)
        ? source.replace(edit.text, () => edit.instead)
        : source;
    return {
      ...compiler,
      // What is compiled without a change is shared by all runs.
      getCacheKey: (source, file) =>
        createHash("sha256")
          .update(JSON.stringify([options, file, changed(source, file)]))
          .digest("hex"),
      process: (source, file, given) => compiler.process(changed(source, file), file, given),
    };
  },
};
