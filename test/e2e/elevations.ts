import assert from "node:assert/strict";
import { elevation } from "../../cli/access/elevation";
import { groups, namespaces } from "../../infra/kubernetes/labels";
import type { JsonObject } from "../harness/lib/json";
import type { Test } from "../harness/runner";
import {
  as,
  binding,
  eventually,
  patch,
  refusal,
  requests,
  type Request,
  type Stage,
} from "./duty-requests";

export function elevations(stage: Stage): Test[] {
  const objects = elevation(
    {
      user: "colleague",
      namespace: namespaces.models,
      seconds: 3_000,
      reason: "routes are broken",
      id: "e2e",
    },
    new Date(),
  );
  const post = (body: JsonObject, namespace: string = namespaces.models): Request => ({
    method: "POST",
    path: binding(namespace),
    body,
  });
  const bound = (change: JsonObject): JsonObject =>
    ({ ...objects.binding("00000000-0000-0000-0000-000000000000"), ...change }) as JsonObject;
  const metadata = bound({})["metadata"] as JsonObject;
  const refused: Readonly<Record<string, Request>> = {
    "an elevation of oneself": post(
      bound({
        subjects: [
          { kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "e2e-platform-admins" },
        ],
      }),
    ),
    "an elevation of a whole group": post(
      bound({
        subjects: [
          { kind: "Group", apiGroup: "rbac.authorization.k8s.io", name: "causeway:ml-engineers" },
        ],
      }),
    ),
    "an elevation that does not end": post(
      bound({ metadata: { ...metadata, annotations: { "causeway.dev/reason": "because" } } }),
    ),
    "an elevation for a day": post(
      bound({
        metadata: {
          ...metadata,
          annotations: {
            "causeway.dev/reason": "because",
            "causeway.dev/expires": new Date(Date.now() + 86_400_000).toISOString(),
          },
        },
      }),
    ),
    "an elevation without a reason": post(
      bound({
        metadata: {
          ...metadata,
          annotations: { "causeway.dev/expires": new Date(Date.now() + 3_000_000).toISOString() },
        },
      }),
    ),
    "an elevation that belongs to no timer": post(
      bound({ metadata: { ...metadata, ownerReferences: [] } }),
    ),
    "an elevation outside the platform": post(
      { ...bound({}), metadata: { ...metadata, namespace: "kube-system" } },
      "kube-system",
    ),
    "another role": post(
      bound({
        roleRef: {
          apiGroup: "rbac.authorization.k8s.io",
          kind: "ClusterRole",
          name: "cluster-admin",
        },
      }),
    ),
    "a Job with a pod": {
      method: "POST",
      path: `/apis/batch/v1/namespaces/${namespaces.models}/jobs`,
      body: {
        ...objects.timer,
        spec: { ...(objects.timer.spec as JsonObject), parallelism: 1 },
      } as JsonObject,
    },
    "a timer of a day": {
      method: "POST",
      path: `/apis/batch/v1/namespaces/${namespaces.models}/jobs`,
      body: {
        ...objects.timer,
        spec: { ...(objects.timer.spec as JsonObject), activeDeadlineSeconds: 86_400 },
      } as JsonObject,
    },
  };
  // On EKS a person's name is their role's and the one of the session, which they may choose.
  const session = (role: string, name: string) =>
    `arn:aws:sts::111122223333:assumed-role/${role}/${name}`;
  const elevationOf = (user: string) =>
    post(
      bound({ subjects: [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: user }] }),
    );
  const asAlice = () => as(stage, session("PlatformAdmin", "alice"), [groups.platformAdmins]);
  return [
    ...[session("PlatformAdmin", "alice2"), session("MlEngineer", "alice")].map((user): Test => ({
      title: `a session of alice may not elevate ${user}`,
      run: async () =>
        assert.match(
          (await refusal(await asAlice(), elevationOf(user))) ?? "admitted",
          /denied request/,
        ),
    })),
    {
      title: "a session of alice may elevate one of bob, of another role",
      run: async () =>
        assert.equal(
          await refusal(await asAlice(), elevationOf(session("MlEngineer", "bob"))),
          undefined,
        ),
    },
    ...Object.entries(refused).map(([what, request]): Test => ({
      title: `platform-admins may not make ${what}`,
      run: async () =>
        assert.match(
          (await refusal(await stage.cluster.member(groups.platformAdmins), request)) ?? "admitted",
          /denied request|is forbidden/,
        ),
    })),
    {
      title:
        "a colleague who is let in for seconds can repair, and cannot any more once the time is over",
      run: async () => {
        const { timer, binding: of } = elevation(
          {
            user: "colleague",
            namespace: namespaces.models,
            seconds: 5,
            reason: "routes are broken",
            id: "e2e-short",
          },
          new Date(),
        );
        const admin = await stage.cluster.member(groups.platformAdmins);
        const job = await admin.call(
          "POST",
          `/apis/batch/v1/namespaces/${namespaces.models}/jobs`,
          timer as JsonObject,
        );
        await admin.call(
          "POST",
          binding(namespaces.models),
          of(String((job["metadata"] as JsonObject)["uid"])) as JsonObject,
        );
        const colleague = await as(stage, "colleague", []);
        const repair = patch(
          `/apis/networking.istio.io/v1/namespaces/${namespaces.models}/virtualservices/loan-approval`,
          { metadata: { labels: { repaired: "true" } } },
        );
        await eventually(
          "the colleague may repair",
          async () => (await refusal(colleague, repair)) === undefined,
        );
        assert.match(
          (await refusal(colleague, requests["bring another image"])) ?? "admitted",
          /a person must not change/,
        );
        await eventually(
          "the elevation is over",
          async () =>
            /is forbidden/.test((await refusal(colleague, repair)) ?? "") &&
            (await stage.client.get({
              apiVersion: "rbac.authorization.k8s.io/v1",
              kind: "RoleBinding",
              namespace: namespaces.models,
              name: "break-glass-e2e-short",
            })) === undefined,
        );
      },
    },
  ];
}
