import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import * as path from "node:path";
import { holdImages } from "../harness/standins/docker/registry";
import { expectFailure, expectOperations, expectSuccess } from "./expectations";
import { at, ofKind, stateObjects } from "./planned";
import type { Test } from "../harness/runner";
import type { SharedStack } from "./stack";

const FILE = "Pulumi.local.yaml";
const IMAGE = `ghcr.io/example/loan-approval@sha256:${"b".repeat(64)}`;

/** Lets the stack file name the image while something runs. */
async function naming({ project }: SharedStack, act: () => Promise<void>): Promise<void> {
  const before = await readFile(path.join(project.folder, FILE), "utf8");
  await project.replace(FILE, "name: loan-approval,", `name: loan-approval, image: "${IMAGE}",`);
  try {
    await act();
  } finally {
    await project.write(FILE, before);
  }
}

/** Version of the Rollout that the API server counts up with every change. */
async function rolloutVersion({ project, client }: SharedStack): Promise<unknown> {
  const [rollout] = ofKind(await stateObjects(project, client), "Rollout");
  const live = rollout && (await client.get(rollout.reference));
  return at(live, "metadata", "resourceVersion") ?? assert.fail("there is no Rollout");
}

/** What becomes of an image that a registry does not hold; for a stack that is up. */
export function registryTests(stack: SharedStack): Test[] {
  const { project, objects } = stack;
  const [bin = ""] = project.cli.options.pathFolders;
  return [
    {
      title: "a digest that its registry does not hold is refused before anything changes",
      run: async () => {
        await holdImages(bin, []);
        const before = { version: await rolloutVersion(stack), objects: await objects() };
        await naming(stack, async () => {
          for (const result of [await project.preview(), await project.up({ skipPreview: true })]) {
            expectFailure(result);
            assert.match(result.output, /the registry does not hold an image/);
            assert.ok(result.output.includes(`${IMAGE} of loan-approval in local: `));
            assert.match(
              result.output,
              /404 Not Found\s+publish it \(npx causeway release publish/,
            );
          }
        });
        assert.deepEqual(
          { version: await rolloutVersion(stack), objects: await objects() },
          before,
        );
      },
    },
    {
      title: "a digest that its registry holds goes on",
      run: async () => {
        await holdImages(bin, [IMAGE]);
        await naming(stack, async () => {
          const preview = await project.preview();
          expectSuccess(preview);
          expectOperations(preview, ["same", "update"]);
        });
      },
    },
  ];
}
