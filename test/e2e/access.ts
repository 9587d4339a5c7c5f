import assert from "node:assert/strict";
import { groups, namespaces } from "../../infra/kubernetes/labels";
import { at } from "./planned";
import type { PlatformGroup } from "../harness/cluster/identities";
import type { Test } from "../harness/runner";
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

const { models, training, observability, mesh, gateway } = namespaces;
const { platformAdmins, mlEngineers, auditors, pipelines, approvers, erasers, breakGlass } = groups;

const may = (
  group: PlatformGroup,
  verb: string,
  resource: string,
  namespace?: string,
): Question => ({ group, verb, resource, namespace, allowed: true });
const mayNot = (
  group: PlatformGroup,
  verb: string,
  resource: string,
  namespace?: string,
): Question => ({ group, verb, resource, namespace, allowed: false });

/**
 * Who may do what, as the design says: what the cluster should be is decided by the program, what
 * it is can be read.
 */
const QUESTIONS: readonly Question[] = [
  may(platformAdmins, "list", "nodes"),
  may(platformAdmins, "get", "pods", models),
  may(platformAdmins, "delete", "pods", models),
  may(platformAdmins, "create", "pods/eviction", training),
  may(platformAdmins, "patch", "nodes"),
  may(platformAdmins, "patch", "rollouts.argoproj.io/scale", models),
  may(platformAdmins, "delete", "workflows.argoproj.io", training),
  may(platformAdmins, "patch", "virtualservices.networking.istio.io", models),
  mayNot(platformAdmins, "patch", "virtualservices.networking.istio.io", gateway),
  mayNot(platformAdmins, "get", "secrets", models),
  mayNot(platformAdmins, "get", "pods/log", models),
  may(platformAdmins, "get", "pods/log", observability),
  mayNot(platformAdmins, "create", "pods/exec", models),
  mayNot(platformAdmins, "create", "pods/portforward", models),
  may(platformAdmins, "create", "pods/portforward", observability),
  mayNot(platformAdmins, "create", "deployments.apps", models),
  mayNot(platformAdmins, "create", "clusterrolebindings.rbac.authorization.k8s.io"),
  mayNot(platformAdmins, "escalate", "clusterroles.rbac.authorization.k8s.io"),
  mayNot(platformAdmins, "impersonate", "groups"),
  mayNot(platformAdmins, "delete", "networkpolicies.networking.k8s.io", models),
  mayNot(platformAdmins, "patch", "peerauthentications.security.istio.io", mesh),

  may(mlEngineers, "get", "rollouts.argoproj.io", models),
  mayNot(mlEngineers, "get", "pods/log", models),
  may(mlEngineers, "get", "pods/log", training),
  may(mlEngineers, "create", "workflows.argoproj.io", training),
  may(mlEngineers, "list", "cronworkflows.argoproj.io", training),
  mayNot(mlEngineers, "patch", "rollouts.argoproj.io", models),
  mayNot(mlEngineers, "create", "workflows.argoproj.io", models),
  mayNot(mlEngineers, "update", "workflowtemplates.argoproj.io", training),
  mayNot(mlEngineers, "get", "secrets", training),
  mayNot(mlEngineers, "create", "pods/exec", training),
  mayNot(mlEngineers, "create", "serviceaccounts/token", models),
  may(mlEngineers, "get", "pods", observability),
  may(mlEngineers, "create", "pods/portforward", observability),
  mayNot(mlEngineers, "create", "pods/portforward", training),
  mayNot(mlEngineers, "get", "pods/log", observability),
  mayNot(mlEngineers, "get", "secrets", observability),
  mayNot(mlEngineers, "list", "nodes"),

  may(auditors, "list", "rolebindings.rbac.authorization.k8s.io"),
  may(auditors, "list", "authorizationpolicies.security.istio.io"),
  may(auditors, "get", "pods/log", models),
  may(auditors, "get", "analysisruns.argoproj.io", models),
  mayNot(auditors, "get", "secrets", models),
  mayNot(auditors, "list", "secrets"),
  mayNot(auditors, "delete", "pods", models),
  mayNot(auditors, "create", "workflows.argoproj.io", training),
  mayNot(auditors, "create", "pods/exec", models),
  may(auditors, "create", "pods/portforward", observability),
  mayNot(auditors, "create", "pods/portforward", models),

  may(pipelines, "patch", "rollouts.argoproj.io", models),
  mayNot(pipelines, "patch", "rollouts.argoproj.io/status", models),
  may(pipelines, "watch", "analysisruns.argoproj.io", models),
  may(pipelines, "list", "replicasets.apps", models),
  mayNot(pipelines, "delete", "rollouts.argoproj.io", models),
  mayNot(pipelines, "patch", "rollouts.argoproj.io", training),
  mayNot(pipelines, "patch", "virtualservices.networking.istio.io", models),
  mayNot(pipelines, "create", "workflows.argoproj.io", training),
  mayNot(pipelines, "get", "secrets", models),

  may(approvers, "get", "rollouts.argoproj.io", models),
  mayNot(approvers, "patch", "rollouts.argoproj.io", models),
  mayNot(approvers, "patch", "rollouts.argoproj.io/status", models),
  may(approvers, "create", "configmaps", models),
  mayNot(approvers, "update", "configmaps", models),
  mayNot(approvers, "delete", "configmaps", models),
  mayNot(pipelines, "create", "configmaps", models),
  mayNot(platformAdmins, "create", "configmaps", models),
  mayNot(approvers, "create", "workflows.argoproj.io", training),
  mayNot(approvers, "list", "nodes"),
  may(erasers, "create", "workflows.argoproj.io", training),
  mayNot(erasers, "patch", "workflows.argoproj.io", training),
  mayNot(erasers, "get", "rollouts.argoproj.io", models),
  may(breakGlass, "patch", "virtualservices.networking.istio.io", gateway),
  mayNot(breakGlass, "get", "secrets", models),
  mayNot(breakGlass, "get", "pods/log", models),
  mayNot(approvers, "get", "pods/log", models),
  mayNot(approvers, "create", "pods/portforward", observability),
  mayNot(pipelines, "create", "pods/portforward", observability),
  mayNot(erasers, "create", "pods/portforward", observability),
  mayNot(breakGlass, "create", "pods/portforward", observability),
  mayNot(pipelines, "get", "pods/log", models),
  mayNot(erasers, "get", "pods/log", models),
  mayNot(breakGlass, "create", "pods/exec", models),
  mayNot(breakGlass, "create", "rolebindings.rbac.authorization.k8s.io", models),
  mayNot(breakGlass, "create", "workflows.argoproj.io", training),
];

async function isAllowed(
  { cluster }: SharedStack,
  { group, verb, resource, namespace }: Question,
): Promise<boolean> {
  const [path = "", subresource] = resource.split("/");
  const [name, ...rest] = path.split(".");
  const client = await cluster.member(group);
  const answer = await client.call(
    "POST",
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: {
        resourceAttributes: {
          verb,
          resource: name ?? "",
          group: rest.join("."),
          ...(subresource === undefined ? {} : { subresource }),
          ...(namespace === undefined ? {} : { namespace }),
        },
      },
    },
  );
  return at(answer, "status", "allowed") === true;
}

/** Asks the API server itself, with each group's own credentials. */
export function accessTests(stack: SharedStack): Test[] {
  return QUESTIONS.map((question) => ({
    title: `${question.group} ${question.allowed ? "may" : "may not"} ${question.verb} ${question.resource}${question.namespace === undefined ? "" : ` in ${question.namespace}`}`,
    run: async () => assert.equal(await isAllowed(stack, question), question.allowed),
  }));
}
