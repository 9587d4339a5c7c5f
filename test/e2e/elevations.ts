import assert from "node:assert/strict";
import { elevation } from "../../cli/access/elevation";
import { breakGlassRole, groups, namespaces } from "../../infra/kubernetes/labels";
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
  const owned = (change: JsonObject, more: JsonObject = {}): JsonObject => {
    const [owner] = metadata["ownerReferences"] as JsonObject[];
    return bound({
      metadata: { ...metadata, ...more, ownerReferences: [{ ...owner, ...change }] },
    });
  };
  const timed = (spec: JsonObject, more: JsonObject = {}): Request => ({
    method: "POST",
    path: `/apis/batch/v1/namespaces/${namespaces.models}/jobs`,
    body: {
      ...objects.timer,
      metadata: { ...(objects.timer.metadata as JsonObject), ...more },
      spec: { ...(objects.timer.spec as JsonObject), ...spec },
    } as JsonObject,
  });
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
    "an elevation of a user of the system": post(
      bound({
        subjects: [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "system:admin" }],
      }),
    ),
    "an elevation of two people": post(
      bound({
        subjects: ["a", "b"].map((user) => ({
          kind: "User",
          apiGroup: "rbac.authorization.k8s.io",
          name: user,
        })),
      }),
    ),
    "an elevation that is over": post(
      bound({
        metadata: {
          ...metadata,
          annotations: {
            "causeway.dev/reason": "because",
            "causeway.dev/expires": "2026-01-01T00:00:00Z",
          },
        },
      }),
    ),
    "an elevation that belongs to a CronJob": post(owned({ kind: "CronJob" })),
    "an elevation that belongs to a Job of another group": post(
      owned({ apiVersion: "example.com/v1" }),
    ),
    "an elevation that belongs to another Job": post(owned({ name: "e2e" })),
    "an elevation by another name": post(owned({ name: "e2e" }, { name: "e2e" })),
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
    "a Job with a pod": timed({ parallelism: 1 }),
    "a timer of a day": timed({ activeDeadlineSeconds: 86_400 }),
    "a timer without an end": timed({ activeDeadlineSeconds: null }),
    "a timer that stays": timed({ ttlSecondsAfterFinished: 600 }),
    "a timer that is held": timed({ suspend: true }),
    "a timer by another name": timed({}, { name: "e2e" }),
  };
  const ofAdministrator: Readonly<Record<string, Request>> = {
    "another role": refused["another role"] ?? assert.fail(),
    "a Role of a namespace by that name": post(
      bound({
        roleRef: {
          apiGroup: "rbac.authorization.k8s.io",
          kind: "Role",
          name: breakGlassRole,
        },
      }),
    ),
    "a change of a binding": patch(`${binding(namespaces.models)}/causeway-pipeline`, {
      metadata: { labels: { changed: "true" } },
    }),
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
    ...Object.entries(ofAdministrator).map(([what, request]): Test => ({
      title: `an eraser whom RBAC would let may not make ${what}`,
      run: async () =>
        assert.match(
          (await refusal(
            await as(stage, "e2e-eraser", [groups.erasers, "system:masters"]),
            request,
          )) ?? "admitted",
          /a person must bind/,
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
