import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import * as path from "node:path";
import { Pulumi } from "../harness/lib/pulumi";
import { STACK } from "../harness/project";
import { restoreDrill, type Cli } from "../../cli/drill/restore";
import { expectSuccess } from "./expectations";
import type { Test } from "../harness/runner";
import type { SharedStack } from "./stack";

/**
 * Loses the state of the stack after an export, and goes on with what the drill brought into
 * another backend.
 */
export function restoration({ project }: SharedStack): Test {
  return {
    title: "a state that is exported, lost and imported again holds the same resources",
    run: async () => {
      const { options } = project.cli;
      const folder = await mkdtemp(path.join(path.dirname(options.state), "restore-"));
      const backend = path.join(folder, "backend");
      await mkdir(backend);
      const cli =
        (pulumi: Pulumi): Cli =>
        async (args) =>
          expectSuccess(await pulumi.plain(args));
      const { resources, differences } = await restoreDrill({
        from: cli(project.cli),
        to: cli(new Pulumi({ ...options, state: backend })),
        stack: STACK,
        folder,
      });
      assert.deepEqual(differences, []);
      assert.ok(resources > 100, `${resources} resources`);
      await rm(options.state, { recursive: true });
      await rename(backend, options.state);
    },
  };
}
