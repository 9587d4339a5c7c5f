import assert from "node:assert/strict";
import { namespaces } from "../../infra/kubernetes/labels";
import { errorMessage } from "../harness/lib/text";
import { at, podOf, stateObjects } from "./planned";
import type { JsonObject } from "../harness/lib/json";
import type { Test } from "../harness/runner";
import type { SharedStack } from "./stack";

const DIGEST = `sha256:${"0".repeat(64)}`;

/** A pod that Pod Security admits at its strictest level. */
export const RESTRICTED_POD = {
  automountServiceAccountToken: false,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 65532,
    seccompProfile: { type: "RuntimeDefault" },
  },
  containers: [
    {
      name: "a",
      image: `registry.example/a@${DIGEST}`,
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      resources: {
        requests: { cpu: "10m", memory: "16Mi" },
        limits: { cpu: "20m", memory: "32Mi" },
      },
    },
  ],
} satisfies JsonObject;

function container(change: JsonObject): JsonObject {
  const [only] = RESTRICTED_POD["containers"] as JsonObject[];
  return { ...only, ...change };
}

/** Pods that the Pod Security Standard "restricted" forbids, by what is wrong with them. */
const FORBIDDEN: Readonly<Record<string, JsonObject>> = {
  "a privileged container": {
    ...RESTRICTED_POD,
    containers: [container({ securityContext: { privileged: true } })],
  },
  "the network of the host": { ...RESTRICTED_POD, hostNetwork: true },
  "a folder of the host": { ...RESTRICTED_POD, volumes: [{ name: "h", hostPath: { path: "/" } }] },
  "the root user": {
    ...RESTRICTED_POD,
    securityContext: { runAsUser: 0, seccompProfile: { type: "RuntimeDefault" } },
  },
};

/**
 * Asks the API server to admit a pod without keeping it; undefined when it is admitted, else why
 * not.
 */
async function refusal(
  { client }: SharedStack,
  namespace: string,
  pod: JsonObject,
): Promise<string | undefined> {
  return client
    .call("POST", `/api/v1/namespaces/${namespace}/pods?dryRun=All&fieldValidation=Strict`, pod)
    .then(() => undefined, errorMessage);
}

/** What the admission of the API server lets into the namespaces of the platform. */
export function admissionTests(stack: SharedStack): Test[] {
  return [
    ...Object.entries(FORBIDDEN).map(([what, spec]): Test => ({
      title: `a pod with ${what} is refused in the model namespace`,
      run: async () => {
        const reason = await refusal(stack, namespaces.models, {
          apiVersion: "v1",
          kind: "Pod",
          metadata: { name: "intruder" },
          spec,
        });
        assert.match(reason ?? "admitted", /violates PodSecurity "restricted/);
      },
    })),
    {
      title: "the pods of our own workloads are admitted in their namespaces",
      run: async () => {
        const pods = (await stateObjects(stack.project, stack.client))
          .map(podOf)
          .filter((pod) => pod !== undefined);
        assert.ok(pods.length > 0, "the stack has workloads");
        const refusals = await Promise.all(
          pods.map((pod) => refusal(stack, String(at(pod, "metadata", "namespace")), pod)),
        );
        assert.deepEqual(
          refusals.filter((reason) => reason !== undefined),
          [],
        );
      },
    },
  ];
}
