import assert from "node:assert/strict";
import { accessGroups, namespaces } from "../../infra/vocabulary";
import { at } from "./planned";
import type { PlatformGroup } from "../../tools/e2e/cluster/identities";
import type { Test } from "../../tools/e2e/runner";
import type { SharedStack } from "./stack";

interface Question {
  readonly group: PlatformGroup;
  readonly verb: string;
  /** `resource.group`, with a sub-resource after a slash: `pods/exec`, `rollouts.argoproj.io`. */
  readonly resource: string;
  /** Absent for cluster-wide resources. */
  readonly namespace?: string;
  readonly allowed: boolean;
}

const { platformAdmins, mlEngineers, auditors, pipelines } = accessGroups;

const may = (group: PlatformGroup, verb: string, resource: string, namespace?: string): Question => ({ group, verb, resource, namespace, allowed: true });
const mayNot = (group: PlatformGroup, verb: string, resource: string, namespace?: string): Question => ({ group, verb, resource, namespace, allowed: false });

/** Who may do what, as the design says. */
const QUESTIONS: readonly Question[] = [
  may(platformAdmins, "get", "pods", namespaces.models),
  may(mlEngineers, "get", "rollouts.argoproj.io", namespaces.models),
  may(auditors, "list", "deployments.apps", namespaces.models),
  may(pipelines, "create", "workflows.argoproj.io", namespaces.training),
  mayNot(auditors, "get", "secrets", namespaces.models),
];

async function isAllowed({ cluster }: SharedStack, { group, verb, resource, namespace }: Question): Promise<boolean> {
  const [path = "", subresource] = resource.split("/");
  const [name, ...rest] = path.split(".");
  const client = await cluster.member(group);
  const answer = await client.call("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
    apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes: { verb, resource: name ?? "", group: rest.join("."), ...(subresource === undefined ? {} : { subresource }), ...(namespace === undefined ? {} : { namespace }) } },
  });
  return at(answer, "status", "allowed") === true;
}

/** Asks the API server itself, with each group's own credentials. */
export function accessTests(stack: SharedStack): Test[] {
  return QUESTIONS.map((question) => ({
    title: `${question.group} ${question.allowed ? "may" : "may not"} ${question.verb} ${question.resource}${question.namespace === undefined ? "" : ` in ${question.namespace}`}`,
    run: async () => assert.equal(await isAllowed(stack, question), question.allowed),
  }));
}
