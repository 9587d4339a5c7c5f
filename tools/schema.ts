import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { configDocument, configJsonSchema } from "../infra/config/describe";

/** Writes the stack files' JSON Schema and the page that describes every key; a test holds both equal to the zod schema. */
const docs = join(__dirname, "..", "docs");
writeFileSync(join(docs, "stack.schema.json"), `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
writeFileSync(join(docs, "configuration.md"), configDocument());
console.log("wrote docs/stack.schema.json and docs/configuration.md");
