import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { compileImage, type CompiledImage } from "../compile-server";
import { parseOrThrow } from "../../services/contract/problems";
import { baseImage, billOf, type Component } from "./bill";

const lockSchema = z.object({
  version: z.string(),
  packages: z.record(
    z.string(),
    z.object({
      version: z.string(),
      integrity: z.string().optional(),
      license: z.string().optional(),
    }),
  ),
});

/**
 * Bill of materials of an image of compiled programs: the packages that they really hold, by the
 * lock, and the image under them.
 */
export function compiledBill(root: string, image: CompiledImage): string {
  const lock = parseOrThrow(
    lockSchema,
    JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")),
    "package-lock.json",
  );
  const bases = [
    ...readFileSync(join(root, "services", "model-server", "base-images.env"), "utf8").matchAll(
      /^RUNTIME_IMAGE=(.+)$/gm,
    ),
  ].map(([, base = ""]) => baseImage(base));
  const packages = packagesIn(root, image).map((place): Component => {
    const found = lock.packages[place];
    if (found === undefined)
      throw new Error(`${place} is in the bundle and not in package-lock.json: npm ci`);
    return npmComponent(
      place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length),
      found,
    );
  });
  return billOf(`causeway/${image}`, lock.version, [...bases, ...packages]);
}

function packagesIn(root: string, image: CompiledImage): string[] {
  const folder = mkdtempSync(join(tmpdir(), "causeway-sbom-"));
  try {
    compileImage(root, image, folder);
    return parseOrThrow(
      z.array(z.string()),
      JSON.parse(readFileSync(join(folder, "packages.json"), "utf8")),
      "the bundle's packages",
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function npmComponent(
  name: string,
  {
    version,
    integrity,
    license,
  }: {
    readonly version: string;
    readonly integrity?: string | undefined;
    readonly license?: string | undefined;
  },
): Component {
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  const sha512 = /^sha512-(.+)$/.exec(integrity ?? "")?.[1];
  return {
    type: "library",
    name,
    version,
    purl,
    "bom-ref": purl,
    ...(sha512 !== undefined && {
      hashes: [{ alg: "SHA-512", content: Buffer.from(sha512, "base64").toString("hex") }],
    }),
    ...(license !== undefined && {
      licenses: [/[ ()]/.test(license) ? { expression: license } : { license: { id: license } }],
    }),
  };
}
