import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";

/** Folder, outside any repository, where tools are kept between runs. */
export function cacheRoot(): string {
  return process.env["CAUSEWAY_CACHE"] ?? path.join(os.homedir(), ".cache", "causeway");
}

export async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/**
 * Fills a cache folder all at once: `fill` writes to a temporary folder that is renamed when
 * complete, so that an interrupted run leaves no half of a tool and two runs at the same time do no
 * harm.
 */
export async function cachedFolder(
  name: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const target = path.join(cacheRoot(), name);
  if (await exists(target)) return target;
  await mkdir(cacheRoot(), { recursive: true });
  const temporary = await mkdtemp(path.join(cacheRoot(), `.partial-${name}-`));
  try {
    await fill(temporary);
    await rename(temporary, target).catch(async (error: unknown) => {
      if (!(await exists(target))) throw error;
    });
    return target;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
