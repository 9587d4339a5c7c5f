import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { configDocument, configJsonSchema } from "../infra/config/describe";
import { coverageMarkdown } from "../policies/coverage";
import { rules } from "../policies/rules";

/** Pages that are made from the code; `npm run docs` writes them, and a test holds them equal. */
export const generated: Readonly<Record<string, string>> = {
  "stack.schema.json": `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
  "configuration.md": configDocument(),
  "coverage.md": `# Coverage\n\nWhich rule helps with which clause; \`npm run docs\` makes this page from the rules.\n\n${coverageMarkdown(rules)}`,
};

if (require.main === module) {
  for (const [name, text] of Object.entries(generated)) writeFileSync(join(__dirname, "..", "docs", name), text);
  console.log(`wrote ${Object.keys(generated).join(", ")} to docs/`);
}
