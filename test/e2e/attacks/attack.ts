import assert from "node:assert/strict";
import { groups, type Group } from "../../../infra/kubernetes/labels";
import { connect } from "../../../services/delivery/connection";
import { KubernetesClient } from "../../harness/lib/kubernetes/client";
import type { Test } from "../../harness/runner";
import { refusal, type Request, type Stage } from "../duty-requests";
import { at } from "../planned";

/** A service account of a cluster. */
export interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** A client with the token that the pods of a service account have. */
export async function podsOf(
  { cluster, client }: Stage,
  { namespace, name }: Account,
): Promise<KubernetesClient> {
  const request = await client.call(
    "POST",
    `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: 3_600 },
    },
  );
  const token = String(at(request, "status", "token"));
  return new KubernetesClient(await connect({ kubeconfig: cluster.kubeconfig, token }));
}

/** Dry runs of one identity, by what they are, each with whether it is refused. */
export interface Attempts {
  readonly by: Group | Account;
  readonly refused?: Readonly<Record<string, Request>>;
  readonly admitted?: Readonly<Record<string, Request>>;
}

/** Asks the API server with the real token of a group or account. */
export function attemptTests(stage: Stage, { by, refused = {}, admitted = {} }: Attempts): Test[] {
  const name = typeof by === "string" ? groups[by].replace("causeway:", "") : by.name;
  const client = (): Promise<KubernetesClient> =>
    typeof by === "string" ? stage.cluster.member(groups[by]) : podsOf(stage, by);
  return [
    ...Object.entries(refused).map(([what, request]): Test => ({
      title: `${name} may not ${what}`,
      run: async () =>
        assert.match(
          (await refusal(await client(), request)) ?? "admitted",
          /is forbidden|denied request/,
        ),
    })),
    ...Object.entries(admitted).map(([what, request]): Test => ({
      title: `${name} may ${what}`,
      run: async () => assert.equal(await refusal(await client(), request), undefined),
    })),
  ];
}
