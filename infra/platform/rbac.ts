import { forwarders } from "./port-forward";
import { breakGlassRole, groups, namespaces, type Group } from "../kubernetes/labels";
import type { Target } from "./values/chart";

/** A rule of a Role or ClusterRole. */
export interface RbacRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Absent for all objects of the resources. */
  readonly resourceNames?: readonly string[];
}

/** What a group of people or programs may do, in one namespace or in the whole cluster. */
export interface Grant {
  /** Name of the role and of its binding. */
  readonly name: string;
  readonly group: Group;
  /** Absent for the whole cluster. */
  readonly namespace?: string;
  /** Kind of cluster that needs it. @default each */
  readonly target?: Target;
  readonly rules: readonly RbacRule[];
}

const read = ["get", "list", "watch"];
const write = [...read, "create", "update", "patch", "delete"];
const rule = (
  group: string,
  resources: readonly string[],
  verbs: readonly string[] = read,
): RbacRule => ({ apiGroups: [group], resources, verbs });

/** Built-in kinds that show what runs and how, without secrets. */
const builtIn: readonly RbacRule[] = [
  rule("", [
    "configmaps",
    "endpoints",
    "events",
    "limitranges",
    "namespaces",
    "nodes",
    "persistentvolumeclaims",
    "persistentvolumes",
    "pods",
    "resourcequotas",
    "serviceaccounts",
    "services",
  ]),
  rule("apps", ["controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"]),
  rule("autoscaling", ["horizontalpodautoscalers"]),
  rule("batch", ["cronjobs", "jobs"]),
  rule("discovery.k8s.io", ["endpointslices"]),
  rule("events.k8s.io", ["events"]),
  rule("networking.k8s.io", ["ingresses", "networkpolicies"]),
  rule("policy", ["poddisruptionbudgets"]),
  rule("rbac.authorization.k8s.io", [
    "clusterrolebindings",
    "clusterroles",
    "rolebindings",
    "roles",
  ]),
  rule("scheduling.k8s.io", ["priorityclasses"]),
  rule("storage.k8s.io", ["storageclasses", "volumeattachments"]),
  rule("apiextensions.k8s.io", ["customresourcedefinitions"]),
  rule("admissionregistration.k8s.io", [
    "mutatingwebhookconfigurations",
    "validatingadmissionpolicies",
    "validatingadmissionpolicybindings",
    "validatingwebhookconfigurations",
  ]),
];

/**
 * Lines of pods. Those of the models name subjects, in pseudonyms, which auditors alone may read;
 * others find a model's lines in the log store, without them.
 */
const podLogs = rule("", ["pods/log"]);
/** Who reads the lines of pods besides auditors: wherever they name no subject of a prediction. */
export const logReaders = {
  role: "causeway-pod-logs",
  rules: [podLogs],
  groups: ["platformAdmins", "breakGlass"],
  namespaces: Object.values(namespaces).filter((name) => name !== namespaces.models),
} as const satisfies {
  readonly role: string;
  readonly rules: readonly RbacRule[];
  readonly groups: readonly Group[];
  readonly namespaces: readonly string[];
};

/** Kinds of the platform's controllers, by API group. */
const platformKinds = {
  "argoproj.io": [
    "analysisruns",
    "analysistemplates",
    "cronworkflows",
    "eventbus",
    "eventsources",
    "experiments",
    "rollouts",
    "sensors",
    "workflows",
    "workflowtemplates",
  ],
  "cert-manager.io": ["certificaterequests", "certificates", "issuers"],
  "beat.k8s.elastic.co": ["beats"],
  "elasticsearch.k8s.elastic.co": ["elasticsearches"],
  "kibana.k8s.elastic.co": ["kibanas"],
  "keda.sh": ["scaledobjects"],
  "karpenter.sh": ["nodeclaims", "nodepools"],
  "eks.amazonaws.com": ["nodeclasses", "targetgroupbindings"],
  "metrics.k8s.io": ["nodes", "pods"],
  "monitoring.coreos.com": [
    "alertmanagerconfigs",
    "alertmanagers",
    "podmonitors",
    "prometheuses",
    "prometheusrules",
    "servicemonitors",
  ],
  "networking.istio.io": [
    "destinationrules",
    "envoyfilters",
    "gateways",
    "serviceentries",
    "sidecars",
    "virtualservices",
  ],
  "security.istio.io": ["authorizationpolicies", "peerauthentications", "requestauthentications"],
  "telemetry.istio.io": ["telemetries"],
} as const satisfies Record<string, readonly string[]>;

const readPlatform = Object.entries(platformKinds).map(([group, resources]) =>
  rule(group, resources),
);

/**
 * Kinds of our own that an emergency may need to be changed or removed by hand; none of them grants
 * anything or holds a secret.
 */
const repairable: readonly RbacRule[] = [
  rule("", ["persistentvolumeclaims"], ["patch", "delete"]),
  rule("", ["pods", "services"], ["delete"]),
  rule("apps", ["daemonsets", "deployments", "statefulsets"], ["patch", "delete"]),
  rule("batch", ["cronjobs", "jobs"], ["patch", "delete"]),
  rule("networking.k8s.io", ["networkpolicies"], ["patch", "delete"]),
  rule("policy", ["poddisruptionbudgets"], ["patch", "delete"]),
  rule(
    "argoproj.io",
    ["cronworkflows", "rollouts", "rollouts/scale", "rollouts/status"],
    ["patch", "delete"],
  ),
  rule("keda.sh", ["scaledobjects"], ["patch", "delete"]),
  rule(
    "networking.istio.io",
    ["destinationrules", "gateways", "virtualservices"],
    ["patch", "delete"],
  ),
];

/**
 * Who opens Grafana, Kibana or Alertmanager: finds the pod behind a service, and forwards a port to
 * it. `get` of `pods/portforward` is nobody's: kubectl asks by `create` where it is refused.
 */
const openers = forwarders.map((group): Grant => ({
  name: `causeway-port-forward-${groups[group].replace("causeway:", "")}`,
  group,
  namespace: namespaces.observability,
  rules: [rule("", ["pods", "services"]), rule("", ["pods/portforward"], ["create"])],
}));

/**
 * Everything that the groups may do. Nobody reads secrets, opens a shell in a pod or changes roles:
 * what the cluster should be is decided by the program, and what it is can be read. What a rule of
 * RBAC is too coarse for, such as which field of a Rollout or which pod a port is forwarded to, the
 * policies of admission decide.
 */
export const grants: readonly Grant[] = [
  { name: "causeway-auditor", group: "auditors", rules: [...builtIn, podLogs, ...readPlatform] },
  {
    name: "causeway-platform-admin",
    group: "platformAdmins",
    rules: [...builtIn, ...readPlatform],
  },
  {
    name: "causeway-platform-operator",
    group: "platformAdmins",
    // What an incident needs: move pods, stop a node, restart, scale, roll back, hold a release,
    // stop a training run.
    rules: [
      rule("", ["pods"], ["delete"]),
      rule("", ["pods/eviction"], ["create"]),
      rule("", ["nodes"], ["patch"]),
      rule("", ["persistentvolumeclaims"], ["delete"]),
      rule("apps", ["daemonsets", "deployments", "statefulsets"], ["patch"]),
      rule("apps", ["deployments/scale", "statefulsets/scale"], ["patch"]),
      rule("batch", ["jobs"], ["delete"]),
      rule("argoproj.io", ["rollouts", "rollouts/scale", "rollouts/status"], ["patch"]),
      rule("argoproj.io", ["workflows"], ["patch", "delete"]),
      rule("argoproj.io", ["cronworkflows"], ["patch"]),
      rule("keda.sh", ["scaledobjects"], ["patch"]),
      rule("karpenter.sh", ["nodeclaims"], ["delete"]),
    ],
  },
  // The kill switch puts a route before a model's own; no other route is theirs to change.
  {
    name: "causeway-kill-switch",
    group: "platformAdmins",
    namespace: namespaces.models,
    rules: [rule("networking.istio.io", ["virtualservices"], ["patch"])],
  },
  {
    name: "causeway-elevation",
    group: "platformAdmins",
    // Lets a colleague in for a limited time, in an emergency; admission wants another person's
    // name, a reason and an end.
    rules: [
      rule("rbac.authorization.k8s.io", ["rolebindings"], ["create"]),
      {
        ...rule("rbac.authorization.k8s.io", ["clusterroles"], ["bind"]),
        resourceNames: [breakGlassRole],
      },
      rule("batch", ["jobs"], ["create"]),
    ],
  },
  {
    name: breakGlassRole,
    group: "breakGlass",
    rules: [...builtIn, ...readPlatform, ...repairable],
  },
  {
    name: "causeway-ml-engineer",
    group: "mlEngineers",
    namespace: namespaces.models,
    rules: [
      rule("", ["events", "pods", "services"]),
      rule("apps", ["replicasets"]),
      rule("autoscaling", ["horizontalpodautoscalers"]),
      rule("argoproj.io", ["analysisruns", "analysistemplates", "rollouts"]),
      rule("keda.sh", ["scaledobjects"]),
      rule("networking.istio.io", ["destinationrules", "virtualservices"]),
      rule("monitoring.coreos.com", ["podmonitors", "prometheusrules"]),
      rule("metrics.k8s.io", ["pods"]),
    ],
  },
  {
    name: "causeway-ml-engineer",
    group: "mlEngineers",
    namespace: namespaces.training,
    rules: [
      rule("", ["configmaps", "events", "persistentvolumeclaims", "pods", "pods/log"]),
      rule("argoproj.io", ["workflows"], write),
      rule("argoproj.io", ["cronworkflows", "eventsources", "sensors", "workflowtemplates"]),
      rule("metrics.k8s.io", ["pods"]),
    ],
  },
  {
    name: "causeway-pipeline",
    group: "pipelines",
    namespace: namespaces.models,
    // What its verdict is read from, and the Rollout itself. `rollouts/status`, where a paused
    // release is resumed, is not its own.
    rules: [
      rule("argoproj.io", ["rollouts"], [...read, "patch"]),
      rule("argoproj.io", ["analysisruns"]),
      rule("apps", ["replicasets"]),
      rule("networking.istio.io", ["virtualservices"]),
    ],
  },
  {
    name: "causeway-approver",
    group: "approvers",
    namespace: namespaces.models,
    // What a person decides by. An approval is an entry of the ledger; what it resumes, the resumer
    // patches.
    rules: [
      rule("argoproj.io", ["analysisruns", "analysistemplates", "rollouts"]),
      rule("apps", ["replicasets"]),
      rule("networking.istio.io", ["virtualservices"]),
    ],
  },
  {
    name: "causeway-approval-carrier",
    group: "approvers",
    namespace: namespaces.models,
    target: "kubernetes",
    // Without a bucket the resumer finds approvals here; admission says which ConfigMap is one.
    rules: [rule("", ["configmaps"], ["create", "list"])],
  },
  {
    name: "causeway-eraser",
    group: "erasers",
    namespace: namespaces.training,
    // Admission lets an eraser start the workflow that erases, and no other.
    rules: [
      rule("argoproj.io", ["workflows"], [...read, "create"]),
      rule("argoproj.io", ["workflowtemplates"]),
      rule("", ["pods", "pods/log"]),
    ],
  },
  ...openers,
];

/** What the groups may do in one kind of cluster. */
export function grantsOf(target: Target): Grant[] {
  return grants.filter((grant) => grant.target === undefined || grant.target === target);
}

/** Name of the group in the cluster, as a subject of a binding. */
export function groupSubject(group: Group) {
  return { apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: groups[group] };
}

/** The role that a grant's binding names. */
export function roleReference(grant: Grant) {
  return {
    apiGroup: "rbac.authorization.k8s.io",
    kind: grant.namespace === undefined ? "ClusterRole" : "Role",
    name: grant.name,
  };
}
