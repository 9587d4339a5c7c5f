import assert from "node:assert/strict";
import { groups, namespaces, type Group } from "../../../infra/kubernetes/labels";
import { errorMessage } from "../../harness/lib/text";
import type { Test } from "../../harness/runner";
import { RESTRICTED_POD } from "../admission";
import { asking, type Answer } from "../asked";
import { as, type Stage } from "../duty-requests";

const { observability, models, training } = namespaces;
const everybody = Object.keys(groups) as Group[];
const readers: readonly Group[] = ["platformAdmins", "mlEngineers", "auditors"];

/** Pods as the charts and the operator name them, and who reaches each. */
const reach: readonly {
  readonly pod: string;
  readonly namespace: string;
  readonly by: readonly Group[];
}[] = [
  { pod: "prometheus-grafana-6d5f9c7b9-x2x7q", namespace: observability, by: readers },
  { pod: "logs-kb-7c9d8f6b5-k4k8z", namespace: observability, by: readers },
  {
    pod: "alertmanager-prometheus-alertmanager-0",
    namespace: observability,
    by: ["platformAdmins"],
  },
  { pod: "prometheus-prometheus-prometheus-0", namespace: observability, by: [] },
  { pod: "prometheus-operator-5b8d7c6f9-p9p2w", namespace: observability, by: [] },
  { pod: "logs-es-default-0", namespace: observability, by: [] },
  // A name that begins right, elsewhere.
  { pod: "logs-kb-7c9d8f6b5-k4k8z", namespace: models, by: [] },
  { pod: "prometheus-grafana-6d5f9c7b9-x2x7q", namespace: training, by: [] },
  { pod: "loan-approval-5f6d7c8b9-m3m4n", namespace: models, by: [] },
];

/** kubectl asks by GET for a WebSocket, and where it may not, by POST for SPDY. */
const methods = ["GET", "POST"] as const;
type Method = (typeof methods)[number];

/** A pod that no node runs has no host to forward to, and one that is refused is not looked for. */
const admitted = /does not have a host assigned/;

/** Forwards a port to a pod. */
export const forward = async (
  client: Awaited<ReturnType<Stage["cluster"]["member"]>>,
  method: Method,
  { pod, namespace }: { readonly pod: string; readonly namespace: string },
): Promise<Answer> => {
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/portforward?ports=9200`;
  return asking(`${method} ${path}`, () =>
    client.call(method, path).then(
      () => assert.fail("no node runs the pod, and yet somebody answers"),
      (error: unknown) => {
        if (!admitted.test(errorMessage(error))) throw error;
      },
    ),
  );
};

const denied = /is forbidden|denied request/;

/** Whoever opens a page reaches its pods, and no others. */
export function pageAttacks(stage: Stage): Test[] {
  return [
    {
      title: "there is a pod of each page, and of what is none",
      run: async () => {
        for (const { pod, namespace } of reach)
          await stage.client.call("POST", `/api/v1/namespaces/${namespace}/pods`, {
            apiVersion: "v1",
            kind: "Pod",
            metadata: { name: pod, namespace },
            spec: RESTRICTED_POD,
          });
      },
    },
    ...everybody.flatMap((group) =>
      reach.map((target): Test => {
        const may = target.by.includes(group);
        return {
          title: `${groups[group].replace("causeway:", "")} ${may ? "may" : "may not"} forward a port to ${target.namespace}/${target.pod}`,
          run: async () => {
            const member = await stage.cluster.member(groups[group]);
            const answer = await forward(member, "POST", target);
            if (may) assert.equal(answer, undefined);
            else assert.match(answer ?? "admitted", denied);
            assert.match((await forward(member, "GET", target)) ?? "admitted", denied);
          },
        };
      }),
    ),
    {
      title: "admission refuses a page by its name, outside its namespace",
      run: async () => {
        const administrator = await as(stage, "e2e-double", [
          groups.platformAdmins,
          groups.erasers,
          "system:masters",
        ]);
        for (const target of reach.filter(({ namespace }) => namespace !== observability))
          assert.match(
            (await forward(administrator, "POST", target)) ?? "admitted",
            /denied request/,
          );
      },
    },
    ...methods.map((method): Test => ({
      title: `admission refuses an eraser whom RBAC would let forward a port by ${method}`,
      run: async () => {
        const administrator = await as(stage, "e2e-eraser", [groups.erasers, "system:masters"]);
        for (const target of reach)
          assert.match(
            (await forward(administrator, method, target)) ?? "admitted",
            /denied request/,
          );
      },
    })),
  ];
}

/** Removes the pods that were attacked. */
export async function removePages({ client }: Stage): Promise<void> {
  for (const { pod, namespace } of reach)
    await client.call("DELETE", `/api/v1/namespaces/${namespace}/pods/${pod}?gracePeriodSeconds=0`);
}
