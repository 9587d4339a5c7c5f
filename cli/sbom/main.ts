import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commandLine, runCommand } from "../command-line";
import { compiledBill } from "./compiled";
import { trainingBill } from "./training";

/**
 * Bills of materials that are kept in the repository, and what makes each; a test holds them equal.
 * The manifest of a release names those of server and training by digest, an image its own by a
 * label.
 */
export const bills: Readonly<Record<string, (root: string) => string>> = {
  "services/model-server/sbom.cdx.json": (root) => compiledBill(root, "model-server"),
  "services/delivery/sbom.cdx.json": (root) => compiledBill(root, "delivery"),
  "services/training/sbom.cdx.json": trainingBill,
};

/** The bills that are not those of the locks as they are. */
export function staleBills(root: string): string[] {
  return Object.entries(bills).flatMap(([file, make]) =>
    make(root) === readFileSync(join(root, file), "utf8") ? [] : [file],
  );
}

if (require.main === module) {
  void runCommand((argv) => {
    commandLine(argv, {
      usage:
        "npm run sbom\n\nWrites the bills of materials of the images from the locks. It takes no options.",
      options: {},
    });
    const root = join(__dirname, "..", "..");
    for (const [file, make] of Object.entries(bills)) writeFileSync(join(root, file), make(root));
    console.log(`wrote ${Object.keys(bills).join(", ")}`);
  });
}
