import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** Compiles the model server of a project into a folder, as its image does. Throws Error with what the compiler said. */
export function compileServer(project: string, folder: string): void {
  const { status, stderr } = spawnSync(process.execPath, [join(project, "services", "model-server", "build.mjs"), folder], { encoding: "utf8" });
  if (status !== 0) throw new Error(`the model server does not compile:\n${stderr}`);
}
