import { spawnSync } from "node:child_process";
import { join } from "node:path";

/**
 * Images of compiled programs, by the folder below `services` with the Dockerfile and the
 * `build.mjs` that it runs.
 */
export type CompiledImage = "model-server" | "delivery";

/**
 * Compiles the programs of an image into a folder, as its Dockerfile does. Throws Error with what
 * the compiler said.
 */
export function compileImage(project: string, image: CompiledImage, folder: string): void {
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(project, "services", image, "build.mjs"), folder],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`the programs of ${image} do not compile:\n${stderr}`);
}

/** Compiles the model server of a project into a folder. Throws as above. */
export function compileServer(project: string, folder: string): void {
  compileImage(project, "model-server", folder);
}
