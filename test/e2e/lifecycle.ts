import assert from "node:assert/strict";
import { describe } from "../harness/lib/kubernetes/client";
import { accessTests } from "./access";
import { admissionTests } from "./admission";
import { definitionTests } from "./attacks/definitions";
import { pageAttacks } from "./attacks/pages";
import { releaseAttacks } from "./attacks/releases";
import { workflowAttacks } from "./attacks/workflows";
import { workloadAttacks } from "./attacks/workloads";
import { canaryTests } from "./canary";
import { dutyTests } from "./duties";
import { expectOperations, expectSuccess } from "./expectations";
import { stateObjects } from "./planned";
import { promotionTests } from "./promotion";
import { registryTests } from "./registry";
import { resumptionTests } from "./resumption";
import { restoration } from "./restore";
import { validationTests } from "./validations";
import type { Suite, Test } from "../harness/runner";
import type { SharedStack } from "./stack";

function creation(stack: SharedStack): Test[] {
  const { project, client, objects: applied, standIn } = stack;
  let planned = 0;
  return [
    {
      title: "preview shows what will be created and creates nothing",
      run: async () => {
        const preview = await project.preview();
        expectSuccess(preview);
        expectOperations(preview, ["create"]);
        planned = preview.changes["create"] ?? 0;
        assert.deepEqual(await applied(), []);
      },
    },
    {
      title: "up creates every object, each accepted under strict field validation",
      run: async () => {
        const up = await project.up({ skipPreview: true });
        expectSuccess(up);
        expectOperations(up, ["create"]);
        assert.equal(
          up.changes["create"],
          planned,
          "up creates as many resources as preview announced",
        );
        const objects = await stateObjects(project, client);
        const missing = await Promise.all(
          objects.map(async ({ reference }) =>
            (await client.get(reference)) === undefined ? [describe(reference)] : [],
          ),
        );
        assert.deepEqual(
          missing.flat(),
          [],
          "objects in the state that the API server does not have",
        );
        assert.ok(objects.length > 0, "the stack has objects");
        if (standIn)
          assert.match(up.output, /stand-in: Helm release of chart .* is recorded, not installed/);
      },
    },
    restoration(stack),
    {
      title: "a second up, from the restored state, changes nothing",
      run: async () => {
        const up = await project.up();
        expectSuccess(up);
        expectOperations(up, ["same"]);
      },
    },
    {
      title: "a refresh changes nothing",
      run: async () => {
        const refresh = await project.refresh();
        expectSuccess(refresh);
        expectOperations(refresh, ["same"]);
      },
    },
  ];
}

function destruction({ project, objects }: SharedStack): Test[] {
  return [
    {
      title: "destroy leaves nothing of ours behind",
      run: async () => {
        const destroy = await project.destroy();
        expectSuccess(destroy);
        expectOperations(destroy, ["delete"]);
        assert.deepEqual(await objects(), []);
      },
    },
  ];
}

/**
 * The life of the `local` stack from the first preview to its end, and what holds while it is up.
 */
export async function lifecycleSuite(stack: SharedStack): Promise<Suite> {
  await stack.definitions();
  return {
    name: "lifecycle",
    tests: [
      ...creation(stack),
      ...accessTests(stack),
      ...dutyTests(stack),
      ...workflowAttacks(stack),
      ...workloadAttacks(stack),
      ...pageAttacks(stack),
      ...releaseAttacks(stack),
      ...resumptionTests(stack),
      ...definitionTests(stack),
      ...promotionTests(stack),
      ...validationTests(stack),
      ...admissionTests(stack),
      ...canaryTests(stack),
      ...registryTests(stack),
      ...destruction(stack),
    ],
  };
}
