import assert from "node:assert/strict";
import { groups, namespaces, type Group } from "../../../infra/kubernetes/labels";
import type { Json, JsonObject } from "../../harness/lib/json";
import type { Test } from "../../harness/runner";
import { inModels, patch, refusal, routes, type Request, type Stage } from "../duty-requests";
import { at } from "../planned";
import { attemptTests } from "./attack";

type Steps = readonly JsonObject[];
const isWait = (step: JsonObject) => "pause" in step && at(step, "pause", "duration") === undefined;

const ofStable = `/apis/networking.istio.io/v1/namespaces/${namespaces.models}/destinationrules/loan-approval-stable`;

/** Ways to bring all requests to a version that nobody has approved, by what one may patch. */
const ofPeople: Readonly<Record<string, Request>> = {
  "swap the analysis of a step": patch(`${inModels}/status`, {
    status: { canary: { currentStepAnalysisRunStatus: { name: "other", status: "Successful" } } },
  }),
  "name another version the stable one": patch(`${inModels}/status`, {
    status: { stableRS: "e2e-other" },
  }),
  "let a version go back without its steps": patch(inModels, {
    spec: { rollbackWindow: { revisions: 100 } },
  }),
  "move the deadline of a release": patch(inModels, { spec: { progressDeadlineAbort: false } }),
  "take the deadline of a release away": patch(inModels, { spec: { progressDeadlineAbort: null } }),
  "take over another host": patch(routes, { spec: { hosts: ["attacker.example.com"] } }),
  "show a model to the mesh alone": patch(routes, { spec: { gateways: null } }),
  "bring routes to pods of the cluster": patch(routes, { spec: { tcp: [] } }),
  "call another host by a model's name": patch(ofStable, {
    spec: { host: "attacker.example.com" },
  }),
  "divide the pods of a version": patch(ofStable, {
    spec: { subsets: [{ name: "a", labels: { a: "b" } }] },
  }),
};

/** The routes of the model with all requests at the canary. */
export const toCanary = (http: readonly JsonObject[]): Json[] =>
  http.map((route) => ({
    ...route,
    ...(Array.isArray(route["route"]) && {
      route: (route["route"] as JsonObject[]).map((target) => ({
        ...target,
        weight: String(at(target, "destination", "host")).includes("-canary") ? 100 : 0,
      })),
    }),
  }));

function routeTests(stage: Stage, by: Group): Test[] {
  const http = async () => at(await stage.client.call("GET", routes), "spec", "http") as Steps;
  const kill = (change: (route: JsonObject) => Json) => async () => {
    const [first = {}, ...rest] = await http();
    return [change({ ...first, name: "kill-switch" }), ...[first, ...rest]] as Json[];
  };
  const attempts: Readonly<Record<string, () => Promise<Json[]>>> = {
    "route all requests to the canary": async () => toCanary(await http()),
    "route all requests to the canary by the kill switch": kill(
      (route) => toCanary([route])[0] ?? {},
    ),
    "route all requests out of the cluster": kill((route) => ({
      ...route,
      route: [{ destination: { host: "attacker.example.com" }, weight: 100 }],
    })),
    "copy all requests": kill((route) => ({
      ...route,
      mirror: { host: `loan-approval-canary.${namespaces.models}.svc.cluster.local` },
    })),
    "send callers to another address": kill(({ name, match }) => ({
      name: name ?? "",
      match: match ?? [],
      redirect: { authority: "attacker.example.com" },
    })),
    "take a route away": async () => (await http()).slice(1) as Json[],
  };
  return [
    ...Object.entries(attempts).map(([what, routesOf]): Test => ({
      title: `${groups[by].replace("causeway:", "")} may not ${what}`,
      run: async () =>
        assert.match(
          (await refusal(
            await stage.cluster.member(groups[by]),
            patch(routes, { spec: { http: await routesOf() } }),
          )) ?? "admitted",
          /is forbidden|denied request/,
        ),
    })),
    {
      title: `${groups[by].replace("causeway:", "")} may switch a model off`,
      run: async () =>
        assert.equal(
          await refusal(
            await stage.cluster.member(groups[by]),
            patch(routes, {
              metadata: { annotations: { "causeway.dev/kill-switch": "champion: drill" } },
              spec: {
                http: await kill((route) => ({
                  ...route,
                  route: (route["route"] as JsonObject[]).map((target) => ({
                    ...target,
                    weight: String(at(target, "destination", "host")).includes("-canary") ? 0 : 100,
                  })),
                }))(),
              },
            }),
          ),
          undefined,
        ),
    },
  ];
}

/** A pipeline that brings other steps to a release that waits for a person. */
function stepTests(stage: Stage): Test[] {
  const steps = async () =>
    at(await stage.client.call("GET", inModels), "spec", "strategy", "canary", "steps") as Steps;
  const attempts: Readonly<Record<string, (before: Steps) => Json[]>> = {
    "move the wait for a person behind all requests": (before) => [{ setWeight: 100 }, ...before],
    "move the wait for a person behind nearly all requests": (before) => [
      { setWeight: 99 },
      ...before,
    ],
    "match all requests before the wait for a person": (before) => [
      {
        setHeaderRoute: {
          name: "all",
          match: [{ headerName: "accept", headerValue: { regex: ".*" } }],
        },
      },
      ...before,
    ],
    "take the wait for a person out": (before) => before.filter((step) => !isWait(step)) as Json[],
  };
  const ask = async (next: (before: Steps) => Json[], more: JsonObject = {}) =>
    refusal(
      await stage.cluster.member(groups.pipelines),
      patch(inModels, { spec: { strategy: { canary: { steps: next(await steps()), ...more } } } }),
    );
  return [
    {
      title: "the release waits for a person at one of its steps",
      run: async () => assert.ok((await steps()).some(isWait), JSON.stringify(await steps())),
    },
    ...Object.entries(attempts).map(([what, next]): Test => ({
      title: `pipelines may not ${what}`,
      run: async () => assert.match((await ask(next)) ?? "admitted", /denied request/),
    })),
    {
      title: "pipelines may not call less of the traffic all of it",
      run: async () =>
        assert.match(
          (await ask((before) => before as Json[], { trafficRouting: { maxTrafficWeight: 5 } })) ??
            "admitted",
          /denied request/,
        ),
    },
    {
      title: "pipelines may add a step with less traffic",
      run: async () =>
        assert.equal(await ask((before) => [{ setWeight: 1 }, ...before]), undefined),
    },
  ];
}

/** A release on trial, attacked by whoever may hold, bring or route it. */
export function releaseAttacks(stage: Stage): Test[] {
  return [
    ...(["platformAdmins", "breakGlass", "approvers"] as const).flatMap((by) =>
      attemptTests(stage, { by, refused: ofPeople }),
    ),
    ...(["platformAdmins", "breakGlass"] as const).flatMap((by) => routeTests(stage, by)),
    ...attemptTests(stage, {
      by: "pipelines",
      refused: {
        "let a version go back without its steps":
          ofPeople["let a version go back without its steps"] ?? assert.fail(),
      },
    }),
    ...stepTests(stage),
  ];
}
