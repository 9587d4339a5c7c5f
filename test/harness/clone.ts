import { existsSync } from "node:fs";
import { cp, mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fixtureProject } from "./fixtures";
import { runOrThrow } from "./lib/process";
import { REPOSITORY } from "./project";

/**
 * What an owner of a clone writes: stacks, their policy configuration and models. Packages that are
 * a link, as in a clone that this file made, are a file to git.
 */
const ofItsOwner = /^(Pulumi\..+\.yaml$|policies\/config\/|services\/models\/|node_modules$)/;

/**
 * Copies the working tree without what git ignores, with the stacks and the model of the fixtures
 * in place of those of the repository.
 */
export async function cloneWithFixtures(folder: string): Promise<void> {
  const { stdout } = await runOrThrow(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    { cwd: REPOSITORY },
  );
  for (const file of stdout.split("\0")) {
    // A file that was deleted is listed until that is committed.
    if (file === "" || ofItsOwner.test(file) || !existsSync(join(REPOSITORY, file))) continue;
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await cp(join(REPOSITORY, file), join(folder, file), { verbatimSymlinks: true });
  }
  await cp(fixtureProject, folder, { recursive: true });
  await symlink(join(REPOSITORY, "node_modules"), join(folder, "node_modules"));
}
