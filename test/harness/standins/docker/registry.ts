// The registries of the stand-ins: a table in a file beside the plugins, which a test writes.
import { readFile, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { isJsonArray } from "../../lib/json";
import type { Json } from "../../lib/json";

/** The table, in the folder of the plugins. */
export function registryFile(bin: string): string {
  return path.join(bin, "registry.json");
}

/** From here on the registries hold these images, each `address/repository@digest`, and no others. */
export async function holdImages(bin: string, images: readonly Json[]): Promise<void> {
  await writeFile(registryFile(bin), JSON.stringify(images));
}

/** What the registries hold; nothing before a test says so. */
export async function heldImages(bin: string): Promise<readonly Json[]> {
  const text = await readFile(registryFile(bin), "utf8").catch(() => "[]");
  const images = JSON.parse(text) as Json;
  return isJsonArray(images) ? images : [];
}
