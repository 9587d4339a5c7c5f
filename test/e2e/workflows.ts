import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { run } from "../harness/lib/process";
import { errorMessage } from "../harness/lib/text";
import { REPOSITORY } from "../harness/project";
import { ensureTool } from "../harness/toolchain/ensure";
import { TOOLS } from "../harness/toolchain/pins";
import type { Suite } from "../harness/runner";

/** What actionlint finds in a copy of the folder `.github`. */
async function findings(
  actionlint: string,
  name: string,
  change: (text: string) => string,
): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "causeway-workflows-"));
  try {
    await cp(path.join(REPOSITORY, ".github"), path.join(folder, ".github"), { recursive: true });
    // The folder of a repository: where actions by path are looked for.
    await mkdir(path.join(folder, ".git"));
    const file = path.join(folder, ".github", "workflows", name);
    await writeFile(file, change(await readFile(file, "utf8")));
    const { stdout, stderr } = await run(actionlint, ["-no-color", file], { cwd: folder });
    return stdout + stderr;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The workflows of GitHub, judged by actionlint; they need neither engine nor cluster. */
export async function workflowSuite(): Promise<Suite> {
  const tool = await ensureTool(TOOLS.actionlint).then(
    (command) => ({ command }),
    (error: unknown) => ({ command: "", skip: `actionlint cannot be had: ${errorMessage(error)}` }),
  );
  return {
    name: "workflows",
    tests: [
      ...(await readdir(path.join(REPOSITORY, ".github", "workflows"))).map((name) => ({
        ...tool,
        title: `actionlint finds nothing in ${name}`,
        run: async () => assert.equal(await findings(tool.command, name, (text) => text), ""),
      })),
      {
        ...tool,
        title: "actionlint finds an input that an action of ours does not have",
        run: async () =>
          assert.match(
            await findings(tool.command, "deploy-stack.yml", (text) =>
              text.replaceAll("{ role:", "{ rolle:"),
            ),
            /input "rolle" is not defined in action "engine"/,
          ),
      },
    ],
  };
}
