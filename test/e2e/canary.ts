import assert from "node:assert/strict";
import { toJsonObject } from "../../tools/e2e/lib/json";
import { useVariant } from "../../tools/e2e/variant";
import { expectOperations, expectSuccess } from "./expectations";
import { at, ofKind, stateObjects } from "./planned";
import type { KubernetesClient, ObjectReference } from "../../tools/e2e/lib/kubernetes/client";
import type { Test } from "../../tools/e2e/runner";
import type { SharedStack } from "./stack";
import type { StateObject } from "./planned";

const CANARY_WEIGHT = 25;
const AUTOSCALED_REPLICAS = 3;
const STABLE_HASH = { "rollouts-pod-template-hash": "6b7c9d" };

async function weights(client: KubernetesClient, reference: ObjectReference): Promise<unknown[]> {
  const route = at(await client.get(reference), "spec", "http", 0, "route");
  return Array.isArray(route) ? route.map((destination) => at(destination, "weight")) : [];
}

async function one(stack: SharedStack, kind: string): Promise<StateObject> {
  const [object] = ofKind(await stateObjects(stack.project, stack.client), kind);
  assert.ok(object, `the stack has a ${kind}`);
  return object;
}

/** Whole list of routes with the first route's weights as Argo Rollouts sets them. */
function shifted(virtualService: StateObject): unknown[] {
  const routes = at(virtualService.inputs, "spec", "http");
  const [first, ...rest] = structuredClone(Array.isArray(routes) ? routes : []) as { route: { weight: number }[] }[];
  assert.ok(first, "the VirtualService has a route");
  const [stable, canary] = first.route;
  assert.ok(stable && canary, "the first route has a stable and a canary destination");
  stable.weight = 100 - CANARY_WEIGHT;
  canary.weight = CANARY_WEIGHT;
  return [first, ...rest];
}

async function startCanary({ client, project }: SharedStack, virtualService: StateObject, rollout: StateObject): Promise<ObjectReference> {
  await client.mergePatch(virtualService.reference, toJsonObject({ spec: { http: shifted(virtualService) } }), "rollouts-controller");
  await client.mergePatch(rollout.reference, { spec: { replicas: AUTOSCALED_REPLICAS } }, "keda-operator");
  const stableName = at(rollout.inputs, "spec", "strategy", "canary", "stableService");
  const service = ofKind(await stateObjects(project, client), "Service").find(({ reference }) => reference.name === stableName);
  assert.ok(service, "the stable Service of the Rollout is in the stack");
  await client.mergePatch(service.reference, { spec: { selector: STABLE_HASH } }, "rollouts-controller");
  return service.reference;
}

/** A release is under way: its controllers hold the weights, the selector of the stable Service and the replicas. */
export function canaryTests(stack: SharedStack): Test[] {
  const { client, project } = stack;
  let references: { virtualService: ObjectReference; rollout: ObjectReference; service: ObjectReference } | undefined;

  const expectUntouched = async (): Promise<void> => {
    assert.ok(references, "the canary was started");
    assert.deepEqual(await weights(client, references.virtualService), [100 - CANARY_WEIGHT, CANARY_WEIGHT]);
    assert.equal(at(await client.get(references.rollout), "spec", "replicas"), AUTOSCALED_REPLICAS);
    assert.equal(at(await client.get(references.service), "spec", "selector", "rollouts-pod-template-hash"), STABLE_HASH["rollouts-pod-template-hash"]);
  };

  return [
    {
      title: "an up in the middle of a canary leaves weights, selectors and replicas to their controllers",
      run: async () => {
        const [virtualService, rollout] = [await one(stack, "VirtualService"), await one(stack, "Rollout")];
        const service = await startCanary(stack, virtualService, rollout);
        references = { virtualService: virtualService.reference, rollout: rollout.reference, service };
        const up = await project.up();
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
          mutations: ["kubernetes:networking.istio.io/v1:VirtualService", "kubernetes:argoproj.io/v1alpha1:Rollout", "kubernetes:core/v1:Service"].map((type) => ({ type, path: label, value: "changed" })),
        });
        const up = await project.up();
        expectSuccess(up);
        expectOperations(up, ["same", "update"]);
        assert.ok(references, "the canary was started");
        assert.equal(at(await client.get(references.virtualService), "metadata", "labels", "causeway.example/e2e"), "changed");
        await expectUntouched();
        await useVariant(project, {});
      },
    },
  ];
}
