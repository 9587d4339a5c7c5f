// Writes the current digest of each base image into base-images.env; needs docker with buildx and a
// registry in reach.
import { execFileSync } from "node:child_process";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const file = join(import.meta.dirname, "base-images.env");
const lines = readFileSync(file, "utf8")
  .split("\n")
  .map((line) => {
    const match = /^([A-Z_]+)=([^@#\s]+)(?:@sha256:[0-9a-f]{64})?$/.exec(line);
    if (match === null) return line;
    const [, name, image] = match;
    const digest = execFileSync(
      "docker",
      ["buildx", "imagetools", "inspect", "--format", "{{.Manifest.Digest}}", image],
      { encoding: "utf8" },
    ).trim();
    if (!/^sha256:[0-9a-f]{64}$/.test(digest))
      throw new Error(
        `${image}: got ${JSON.stringify(digest)}, allowed: sha256: and 64 hexadecimal digits`,
      );
    console.log(`${image}@${digest}`);
    return `${name}=${image}@${digest}`;
  });
// Written beside and renamed, so that a failure leaves the old pins whole.
writeFileSync(`${file}.new`, lines.join("\n"));
renameSync(`${file}.new`, file);
