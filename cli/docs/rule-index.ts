import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { areas } from "../../policies/rule";

const folder = join(__dirname, "..", "..", "policies", "rules");
export const ruleIndexFile = join(folder, "all.ts");

/**
 * The text of `policies/rules/all.ts`: an export for each file of an area, which holds one rule.
 * The pack is one bundle, so it cannot read the folder when it starts. Loads no rule itself: it
 * also works while the index names a file that is gone.
 */
export function ruleIndex(): string {
  const lines = areas.flatMap((area) =>
    readdirSync(join(folder, area))
      .sort()
      .map((file) => {
        const name = file.replace(/\.ts$/, "");
        return `export { rule as ${camelCase(`${area}-${name}`)} } from "./${area}/${name}";`;
      }),
  );
  return `// Made by npm run docs from the files of this folder; a test holds it equal.\n${lines.join("\n")}\n`;
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

// A program of its own: what loads the rules cannot start while the index names one that is gone.
if (require.main === module) writeFileSync(ruleIndexFile, ruleIndex());
