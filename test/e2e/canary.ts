import assert from "node:assert/strict";
import { toJsonObject } from "../harness/lib/json";
import { expectOperations, expectSuccess } from "./expectations";
import { at, ofKind, stateObjects } from "./planned";
import type { KubernetesClient, ObjectReference } from "../harness/lib/kubernetes/client";
import type { Test } from "../harness/runner";
import type { SharedStack } from "./stack";
import type { StateObject } from "./planned";
import { compileProgram, useVariant } from "../harness/project";

const CANARY_WEIGHT = 25;
const AUTOSCALED_REPLICAS = 3;
const STABLE_HASH = { "rollouts-pod-template-hash": "6b7c9d" };

async function weights(client: KubernetesClient, reference: ObjectReference): Promise<unknown[]> {
  const route = at(await client.get(reference), "spec", "http", 0, "route");
  return Array.isArray(route) ? route.map((destination) => at(destination, "weight")) : [];
}

/** A Rollout, the VirtualService whose weights it sets, and the Service of its stable version. */
interface Release {
  readonly rollout: StateObject;
  readonly virtualService: StateObject;
  readonly service: StateObject;
}

async function release({ project, client }: SharedStack): Promise<Release> {
  const objects = await stateObjects(project, client);
  const [rollout] = ofKind(objects, "Rollout");
  assert.ok(rollout, "the stack has a Rollout");
  const canary = at(rollout.inputs, "spec", "strategy", "canary");
  const named = (kind: string, name: unknown): StateObject => {
    const found = ofKind(objects, kind).find(({ reference }) => reference.name === name);
    assert.ok(found, `the stack has the ${kind} that the Rollout names`);
    return found;
  };
  return {
    rollout,
    virtualService: named(
      "VirtualService",
      at(canary, "trafficRouting", "istio", "virtualService", "name"),
    ),
    service: named("Service", at(canary, "stableService")),
  };
}

/** Whole list of routes with the first route's weights as Argo Rollouts sets them. */
function shifted(virtualService: StateObject): unknown[] {
  const routes = at(virtualService.inputs, "spec", "http");
  const [first, ...rest] = structuredClone(Array.isArray(routes) ? routes : []) as {
    route: { weight: number }[];
  }[];
  assert.ok(first, "the VirtualService has a route");
  const [stable, canary] = first.route;
  assert.ok(stable && canary, "the first route has a stable and a canary destination");
  stable.weight = 100 - CANARY_WEIGHT;
  canary.weight = CANARY_WEIGHT;
  return [first, ...rest];
}

async function startCanary(
  { client }: SharedStack,
  { rollout, virtualService, service }: Release,
): Promise<void> {
  await client.mergePatch(
    virtualService.reference,
    toJsonObject({ spec: { http: shifted(virtualService) } }),
    "rollouts-controller",
  );
  await client.mergePatch(
    rollout.reference,
    { spec: { replicas: AUTOSCALED_REPLICAS } },
    "keda-operator",
  );
  await client.mergePatch(
    service.reference,
    { spec: { selector: STABLE_HASH } },
    "rollouts-controller",
  );
}

/**
 * A release is under way: its controllers hold the weights, the selector of the stable Service and
 * the replicas.
 */
export function canaryTests(stack: SharedStack): Test[] {
  const { client, project } = stack;
  let inFlight: Release | undefined;

  const expectUntouched = async (): Promise<void> => {
    assert.ok(inFlight, "the canary was started");
    assert.deepEqual(await weights(client, inFlight.virtualService.reference), [
      100 - CANARY_WEIGHT,
      CANARY_WEIGHT,
    ]);
    assert.equal(
      at(await client.get(inFlight.rollout.reference), "spec", "replicas"),
      AUTOSCALED_REPLICAS,
    );
    assert.equal(
      at(
        await client.get(inFlight.service.reference),
        "spec",
        "selector",
        "rollouts-pod-template-hash",
      ),
      STABLE_HASH["rollouts-pod-template-hash"],
    );
  };

  return [
    {
      title:
        "an up in the middle of a canary leaves weights, selectors and replicas to their controllers",
      run: async () => {
        await compileProgram(project);
        inFlight = await release(stack);
        await startCanary(stack, inFlight);
        const up = await project.up({ skipPreview: true });
        expectSuccess(up);
        expectOperations(up, ["same"]);
        await expectUntouched();
      },
    },
    {
      title: "an up that changes the same objects for another reason still leaves them",
      run: async () => {
        const label = 'metadata.labels["causeway.example/e2e"]';
        await useVariant(project, {
          mutations: [
            "kubernetes:networking.istio.io/v1:VirtualService",
            "kubernetes:argoproj.io/v1alpha1:Rollout",
            "kubernetes:core/v1:Service",
          ].map((type) => ({ type, path: label, value: "changed" })),
        });
        const up = await project.up({ skipPreview: true });
        expectSuccess(up);
        expectOperations(up, ["same", "update"]);
        assert.ok(inFlight, "the canary was started");
        assert.equal(
          at(
            await client.get(inFlight.virtualService.reference),
            "metadata",
            "labels",
            "causeway.example/e2e",
          ),
          "changed",
        );
        await expectUntouched();
        await useVariant(project, {});
      },
    },
  ];
}
