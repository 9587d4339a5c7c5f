import assert from "node:assert/strict";
import { breakGlassRole, groups, type Group, accounts } from "../../infra/kubernetes/labels";
import type { JsonObject } from "../harness/lib/json";
import type { Test } from "../harness/runner";
import {
  as,
  inTraining,
  patch,
  refusal,
  requests,
  type RequestName,
  type Stage,
  waiting,
} from "./duty-requests";
import { elevations } from "./elevations";
import { allowed } from "./duty-answers";

/** Groups that one identity has together: each takes something from the other. */
const doubles: readonly {
  readonly groups: readonly Group[];
  readonly refused: readonly RequestName[];
}[] = [
  { groups: ["pipelines", "approvers"], refused: ["bring another image"] },
  { groups: ["approvers", "erasers"], refused: ["erase a subject"] },
  {
    groups: ["platformAdmins", "approvers"],
    refused: ["resume a paused release", "jump to the last step", "go on to the next step"],
  },
  { groups: ["pipelines", "erasers"], refused: ["bring another image", "erase a subject"] },
];

const nameOf = (group: Group) => groups[group].replace("causeway:", "");

function singles(stage: Stage): Test[] {
  return (Object.keys(allowed) as Group[]).flatMap((group) =>
    (Object.keys(requests) as RequestName[]).map((request) => {
      const may = (allowed[group] as readonly RequestName[]).includes(request);
      return {
        title: `${nameOf(group)} ${may ? "may" : "may not"} ${request}`,
        run: async () => {
          const reason = await refusal(
            await stage.cluster.member(groups[group]),
            requests[request],
          );
          if (may) assert.equal(reason, undefined);
          else assert.match(reason ?? "admitted", /is forbidden|denied request/);
        },
      };
    }),
  );
}

function pairs(stage: Stage): Test[] {
  return doubles.flatMap(({ groups: both, refused }) =>
    refused.map((request): Test => ({
      title: `whoever is of ${both.map(nameOf).join(" and ")} may not ${request}`,
      run: async () =>
        assert.match(
          (await refusal(
            await as(
              stage,
              "e2e-double",
              both.map((group) => groups[group]),
            ),
            requests[request],
          )) ?? "admitted",
          /denied request/,
        ),
    })),
  );
}

/** A workflow that runs already: it may be held and ended, and what it runs stays. */
function running(stage: Stage): Test[] {
  const name = "e2e-running";
  const engineers = () => stage.cluster.member(groups.mlEngineers);
  const change = (body: JsonObject) => patch(`${inTraining}/${name}`, body);
  const refused: Readonly<Record<string, JsonObject>> = {
    "its account": { spec: { serviceAccountName: accounts.promoter } },
    "its steps": {
      spec: { templates: [{ name: "main", container: { image: "registry.example/b@sha256:0" } }] },
    },
  };
  return [
    {
      title: "ml-engineers may hold a workflow that runs",
      run: async () => {
        const engineer = await engineers();
        await engineer.call("POST", inTraining, {
          apiVersion: "argoproj.io/v1alpha1",
          kind: "Workflow",
          metadata: { name },
          spec: { workflowTemplateRef: { name: "loan-approval-retraining" } },
        });
        assert.equal(await refusal(engineer, change({ spec: { suspend: true } })), undefined);
      },
    },
    ...Object.entries(refused).map(([what, body]): Test => ({
      title: `ml-engineers may not change ${what} in a workflow that runs`,
      run: async () =>
        assert.match(
          (await refusal(await engineers(), change(body))) ?? "admitted",
          /a person must not change what a workflow runs/,
        ),
    })),
    {
      title: "ml-engineers may remove it",
      run: async () => void (await (await engineers()).call("DELETE", `${inTraining}/${name}`)),
    },
  ];
}

/**
 * Separation of duties and elevation, asked of the API server with each group's own credentials.
 */
export function dutyTests(stage: Stage): Test[] {
  return [
    {
      title: "pipelines may bring an image to a Rollout that no controller has seen yet",
      run: async () =>
        assert.equal(
          await refusal(
            await stage.cluster.member(groups.pipelines),
            requests["bring another image"],
          ),
          undefined,
        ),
    },
    {
      title: `the role ${breakGlassRole} is there, and a release waits for a person`,
      run: async () => {
        assert.ok(
          await stage.client.get({
            apiVersion: "rbac.authorization.k8s.io/v1",
            kind: "ClusterRole",
            name: breakGlassRole,
          }),
        );
        await waiting(stage, true);
      },
    },
    ...singles(stage),
    ...running(stage),
    ...pairs(stage),
    ...elevations(stage),
    { title: "the release waits no more", run: async () => void (await waiting(stage, false)) },
  ];
}
