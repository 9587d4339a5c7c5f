import { namespaces, partOf } from "../../kubernetes/labels";
import type { RbacRule } from "../rbac";
import type { Values } from "./chart";

const read = ["get", "list", "watch"];
const keep = [...read, "create", "update", "patch", "delete"];
const rule = (group: string, resources: readonly string[], verbs: readonly string[]): RbacRule => ({
  apiGroups: [group],
  resources,
  verbs,
});
const tellsEvents = rule("", ["events"], ["create", "patch"]);

/**
 * What the controller of workflows does in the training namespace: runs steps as pods, and keeps
 * what they say of themselves.
 */
const workflowController: readonly RbacRule[] = [
  rule("", ["pods"], keep),
  // It ends a step by a signal to its process.
  rule("", ["pods/exec"], ["create"]),
  rule("", ["configmaps"], read),
  rule(
    "",
    ["persistentvolumeclaims", "persistentvolumeclaims/finalizers"],
    ["get", "create", "update", "delete"],
  ),
  rule("", ["serviceaccounts"], ["get", "list"]),
  tellsEvents,
  rule(
    "argoproj.io",
    [
      "workflows",
      "workflows/finalizers",
      "workflowtasksets",
      "workflowtasksets/finalizers",
      "workflowtasksets/status",
      "workflowartifactgctasks",
    ],
    keep,
  ),
  rule("argoproj.io", ["workflowtemplates", "workflowtemplates/finalizers"], read),
  rule(
    "argoproj.io",
    ["cronworkflows", "cronworkflows/finalizers"],
    [...read, "update", "patch", "delete"],
  ),
  rule(
    "argoproj.io",
    ["workflowtaskresults", "workflowtaskresults/finalizers"],
    ["list", "watch", "deletecollection"],
  ),
  rule("policy", ["poddisruptionbudgets"], ["get", "create", "delete"]),
];

/**
 * What the controller of events does there: makes a bus, event sources and sensors out of objects
 * of ours.
 */
const eventsController: readonly RbacRule[] = [
  rule("argoproj.io", ["eventbus", "eventsources", "sensors"], [...read, "update", "patch"]),
  rule(
    "argoproj.io",
    [
      "eventbus/status",
      "eventsources/status",
      "sensors/status",
      "eventbus/finalizers",
      "eventsources/finalizers",
      "sensors/finalizers",
    ],
    ["get", "update", "patch"],
  ),
  rule("", ["configmaps", "services"], keep),
  rule("apps", ["deployments", "statefulsets"], keep),
  rule("", ["persistentvolumeclaims"], [...read, "delete"]),
  // The keys by which the bus knows its clients.
  rule("", ["secrets"], ["get", "list", "create", "update", "patch", "delete"]),
  tellsEvents,
];

/**
 * The role of a controller in the training namespace and its binding, which the release brings
 * along, so that they come and go with it.
 */
function rights(
  name: string,
  account: string,
  namespace: string,
  rules: readonly RbacRule[],
): Values[] {
  const metadata = {
    name,
    namespace: namespaces.training,
    labels: partOf,
  };
  const object = (kind: string, body: Values) => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind,
    metadata,
    ...body,
  });
  return [
    object("Role", { rules }),
    object("RoleBinding", {
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", name: account, namespace }],
    }),
  ];
}

/**
 * Objects beside those of the chart of Argo Workflows, whose own role reaches its own namespace
 * alone.
 */
export const workflowRights: readonly Values[] = rights(
  "causeway-workflow-controller",
  "argo-workflows-workflow-controller",
  namespaces.workflows,
  workflowController,
);

/** The same for Argo Events. */
export const eventsRights: readonly Values[] = rights(
  "causeway-events-controller",
  "argo-events-controller-manager",
  namespaces.events,
  eventsController,
);
