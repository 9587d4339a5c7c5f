import * as pulumi from "@pulumi/pulumi";
import { setTimeout as sleep } from "node:timers/promises";
import { ModelService } from "../../../infra/serving/model-service";
import { args } from "./fixture";

const rolloutType = "kubernetes:argoproj.io/v1alpha1:Rollout";

/**
 * An engine whose first region's release ends only when it is told; as in an update, a resource is
 * there once its operation is done.
 */
async function engine() {
  const registered: string[] = [];
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  await pulumi.runtime.setMocks({
    call: () => ({}),
    newResource: async ({ type, name, inputs }: pulumi.runtime.MockResourceArgs) => {
      registered.push(name);
      if (type === rolloutType && name.startsWith("first-")) await ended;
      return { id: `${name}-id`, state: inputs };
    },
  });
  return { registered, end };
}

test("no object of a model in the second region is touched before the release in the first has ended", async () => {
  const { registered, end } = await engine();
  const first = new ModelService("first", args);
  new ModelService(
    "second",
    { ...args, region: "eu-central-1", after: first },
    { dependsOn: first },
  );
  // Everything that does not wait is registered by then; only a program that waits is quiet.
  await sleep(1_000);
  expect(registered).toContain("first-rollout");
  expect(registered.filter((name) => name.startsWith("second"))).toEqual([]);
  end();
  for (let waited = 0; !registered.includes("second-rollout") && waited < 20_000; waited += 50)
    await sleep(50);
  expect(registered.indexOf("second-rollout")).toBeGreaterThan(registered.indexOf("first-rollout"));
});
