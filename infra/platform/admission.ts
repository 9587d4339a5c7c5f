import { promotion } from "./admission-promoter";
import {
  breakGlassRole,
  eraseAccount,
  groups,
  namespaces,
  type Group,
  accounts,
  elevationPrefix,
  ownLabels,
} from "../kubernetes/labels";
import { annotationPrefix } from "../../services/contract/labels";

/**
 * A check in CEL over `object`, `oldObject` and `request`, and what somebody reads whose request it
 * refuses.
 */
export interface Check {
  readonly expression: string;
  readonly message: string;
}

/** What the API server refuses beyond what RBAC can say, for requests to these resources. */
export interface AdmissionPolicy {
  readonly name: string;
  readonly rules: readonly {
    readonly apiGroups: readonly string[];
    readonly apiVersions: readonly string[];
    readonly operations: readonly ("CREATE" | "UPDATE")[];
    readonly resources: readonly string[];
  }[];
  /** All must hold, or the policy says nothing of the request. */
  readonly conditions: Readonly<Record<string, string>>;
  readonly checks: readonly Check[];
}

/** Longest elevation, in seconds: the same as a session of the break-glass role in AWS. */
export const longestElevationSeconds = 3_600;
/** What an elevation's RoleBinding says of itself. */
export const elevationAnnotations = {
  expires: `${annotationPrefix}/expires`,
  reason: `${annotationPrefix}/reason`,
} as const;

const anyOf = (...of: readonly Group[]) =>
  `request.userInfo.groups.exists(g, g in ${JSON.stringify(of.map((group) => groups[group]))})`;
/**
 * Kubernetes' own programs, those of EKS (no person can have such a name there), the pipelines, and
 * who made the cluster.
 */
const administers = `(request.userInfo.username.startsWith('system:') || request.userInfo.username.startsWith('eks:') || ${anyOf("pipelines")} || request.userInfo.groups.exists(g, g in ["system:masters", "kubeadm:cluster-admins"]))`;
/** Whoever approves or erases is held to what people may do, whatever else they are. */
const isProgram = `(${administers} && !${anyOf("approvers", "erasers")})`;
const kept = (...fields: readonly string[]) =>
  fields.map((field) => `object.${field} == oldObject.${field}`).join(" && ");

const rollouts = (...resources: readonly string[]) => ({
  apiGroups: ["argoproj.io"],
  apiVersions: ["v1alpha1"],
  operations: ["UPDATE"] as const,
  resources,
});

/**
 * What runs is decided by the program alone: a person may restart, scale, hold and remove, and
 * change no image, command or account.
 */
const whatRuns: AdmissionPolicy = {
  name: "causeway-what-runs",
  rules: [
    {
      apiGroups: ["apps"],
      apiVersions: ["v1"],
      operations: ["UPDATE"],
      resources: ["daemonsets", "deployments", "statefulsets"],
    },
    {
      apiGroups: ["batch"],
      apiVersions: ["v1"],
      operations: ["UPDATE"],
      resources: ["cronjobs", "jobs"],
    },
    rollouts("rollouts", "cronworkflows"),
  ],
  conditions: { person: `!${isProgram}` },
  checks: [
    {
      expression: kept("spec.?template.?spec", "spec.?jobTemplate", "spec.?workflowSpec"),
      message:
        "a person must not change what a workload runs: that takes a change of the program, which the pipeline brings",
    },
    {
      expression: `object.kind != 'Rollout' || (${kept("spec.?template", "spec.?strategy", "spec.?workloadRef", "spec.?analysis")})`,
      message: "a person must not change a release or its gates: that takes the pipeline",
    },
    {
      expression: `object.kind != 'Job' || (${kept("spec.?activeDeadlineSeconds", "spec.?ttlSecondsAfterFinished", "spec.?parallelism")})`,
      message: "the end of a Job must not be moved",
    },
  ],
};

/**
 * Fields of a Rollout's status that a promotion by hand changes; the controller's other fields
 * follow from them.
 */
const decisions = [
  "?status.?pauseConditions",
  "?status.?controllerPause",
  "?status.?currentStepIndex",
  "?status.?promoteFull",
  "?status.?stableRS",
  "?status.?currentPodHash",
];

/**
 * A release goes on by the word of an approver, who has neither made it nor can bring it. Anyone
 * who may patch the status may still abort.
 */
const approval: AdmissionPolicy = {
  name: "causeway-approval",
  rules: [rollouts("rollouts", "rollouts/status")],
  conditions: {
    "not-the-controller": `!request.userInfo.username.startsWith('system:serviceaccount:${namespaces.rollouts}:')`,
  },
  checks: [
    {
      expression: `(${anyOf("approvers")} && !${anyOf("pipelines", "erasers", "breakGlass")}) || (${kept(...decisions)} && !(oldObject.?status.?abort.orValue(false) && !object.?status.?abort.orValue(false)) && !(oldObject.spec.?paused.orValue(false) && !object.spec.?paused.orValue(false)))`,
      message: `only a member of ${groups.approvers}, who is neither ${groups.pipelines} nor ${groups.erasers}, must resume a release`,
    },
    {
      expression:
        "!oldObject.spec.?strategy.?canary.?steps.orValue([]).exists(s, has(s.pause) && !has(s.pause.duration)) || object.spec.?strategy.?canary.?steps.orValue([]).exists(s, has(s.pause) && !has(s.pause.duration))",
      message:
        "the step that waits for a person must not be taken out of a release; remove the Rollout to lower its gate",
    },
  ],
};

const ref = "object.spec.?workflowTemplateRef.?name.orValue('')";
const account = "object.spec.?serviceAccountName.orValue('')";
const erases = `(${ref} == '${eraseAccount}' || ${account} == '${eraseAccount}')`;
const own = ["", accounts.trainer].map((name) => `'${name}'`).join(", ");
const templates = "object.spec.?templates.orValue([])";
/**
 * Ways to change how a referenced template runs, or to reach an account past the fields that are
 * checked.
 */
const overrides = ["podSpecPatch", "templateDefaults", "executor", "volumes", "hooks", "onExit"]
  .map((field) => `!has(object.spec.${field})`)
  .join(" && ");

/**
 * A workflow runs with the rights of its account. People run steps as the trainer; only an eraser
 * starts the workflow that erases, just as it is.
 */
const workflows: AdmissionPolicy = {
  name: "causeway-workflows",
  rules: [
    {
      apiGroups: ["argoproj.io"],
      apiVersions: ["v1alpha1"],
      operations: ["CREATE", "UPDATE"],
      resources: ["workflows"],
    },
  ],
  conditions: { person: "!request.userInfo.username.startsWith('system:')" },
  checks: [
    {
      expression: `request.operation != 'CREATE' || !${erases} || (${anyOf("erasers")} && !${anyOf("pipelines", "approvers", "breakGlass")})`,
      message: `only a member of ${groups.erasers}, who is neither ${groups.pipelines} nor ${groups.approvers}, must erase`,
    },
    {
      expression: `request.operation != 'CREATE' || !${anyOf("erasers")} || (${ref} == '${eraseAccount}' && ${account} == '' && !has(object.spec.templates) && !has(object.spec.entrypoint))`,
      message: `a member of ${groups.erasers} must start the template ${eraseAccount} as it is`,
    },
    {
      expression: `request.operation != 'CREATE' || (${overrides})`,
      message: "a workflow of a person must not change how templates run",
    },
    {
      expression: `request.operation != 'CREATE' || (${account} in [${own}] && ${templates}.all(t, t.?serviceAccountName.orValue('') in [${own}] && !has(t.podSpecPatch) && !has(t.executor) && t.?steps.orValue([]).all(group, group.all(step, !has(step.templateRef))) && t.?dag.?tasks.orValue([]).all(task, !has(task.templateRef))))`,
      message: `a workflow of a person must run as ${accounts.trainer}, with templates of its own or one whole WorkflowTemplate`,
    },
    {
      expression: `request.operation != 'UPDATE' || (${kept("spec.?workflowTemplateRef", "spec.?serviceAccountName", "spec.?templates", "spec.?arguments", "spec.?podSpecPatch", "spec.?templateDefaults", "spec.?executor", "spec.?hooks", "spec.?onExit", "?status.?storedWorkflowTemplateSpec", "?status.?storedTemplates")})`,
      message: "a person must not change what a workflow runs; stop it and start another",
    },
  ],
};

const expires = `timestamp(object.metadata.annotations['${elevationAnnotations.expires}'])`;
const created = "timestamp(object.metadata.creationTimestamp)";

/**
 * A person is let in for a limited time by somebody else. Kubernetes itself ends it: the binding
 * belongs to a Job whose deadline takes both away.
 */
const elevation: AdmissionPolicy = {
  name: "causeway-elevation",
  rules: [
    {
      apiGroups: ["rbac.authorization.k8s.io"],
      apiVersions: ["v1"],
      operations: ["CREATE", "UPDATE"],
      resources: ["rolebindings", "clusterrolebindings"],
    },
  ],
  conditions: { person: `!${isProgram}` },
  checks: [
    {
      expression: `request.operation == 'CREATE' && object.kind == 'RoleBinding' && object.roleRef.kind == 'ClusterRole' && object.roleRef.name == '${breakGlassRole}' && namespaceObject.metadata.?labels['app.kubernetes.io/part-of'].orValue('') == 'causeway'`,
      message: `a person must bind ${breakGlassRole} alone, in a namespace of the platform, and change no binding`,
    },
    {
      expression:
        "object.?subjects.orValue([]).size() == 1 && object.subjects.all(s, s.kind == 'User' && s.name != request.userInfo.username && !s.name.startsWith('system:'))",
      message: "an elevation must name one other person",
    },
    {
      expression: `object.metadata.?annotations['${elevationAnnotations.reason}'].orValue('').size() > 0`,
      message: `an elevation must say why in ${elevationAnnotations.reason}`,
    },
    {
      expression: `has(object.metadata.annotations) && '${elevationAnnotations.expires}' in object.metadata.annotations && ${expires} > ${created} && ${expires} <= ${created} + duration('${longestElevationSeconds + 60}s')`,
      message: `an elevation must say when it ends in ${elevationAnnotations.expires}, within ${longestElevationSeconds / 60} minutes`,
    },
    {
      expression: `object.metadata.name.startsWith('${elevationPrefix}') && object.metadata.?ownerReferences.orValue([]).size() == 1 && object.metadata.ownerReferences.all(o, o.kind == 'Job' && o.apiVersion == 'batch/v1' && o.name == object.metadata.name)`,
      message: "an elevation must belong to the Job of its own name, which ends it",
    },
  ],
};

/**
 * The Job of an elevation is a timer: it never has a pod, fails at its deadline, is removed at
 * once, and takes the binding along.
 */
const timers: AdmissionPolicy = {
  name: "causeway-elevation-timer",
  rules: [
    { apiGroups: ["batch"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["jobs"] },
  ],
  conditions: { person: `!${isProgram}` },
  checks: [
    {
      expression: `object.metadata.name.startsWith('${elevationPrefix}') && object.spec.?parallelism.orValue(1) == 0 && object.spec.?activeDeadlineSeconds.orValue(0) > 0 && object.spec.?activeDeadlineSeconds.orValue(0) <= ${longestElevationSeconds} && object.spec.?ttlSecondsAfterFinished.orValue(1) == 0 && !object.spec.?suspend.orValue(false)`,
      message: `a Job of a person must be the timer of an elevation: no pod, and a deadline of at most ${longestElevationSeconds} seconds`,
    },
  ],
};

/** Everything that is admitted or not beyond RBAC. */
export const admissionPolicies: readonly AdmissionPolicy[] = [
  whatRuns,
  approval,
  workflows,
  elevation,
  timers,
  promotion,
];

/** The ValidatingAdmissionPolicy. A request whose check cannot be evaluated is refused. */
export function policyManifest({ name, rules, conditions, checks }: AdmissionPolicy) {
  return {
    metadata: { name, labels: ownLabels },
    spec: {
      failurePolicy: "Fail",
      matchConstraints: {
        resourceRules: rules.map(({ apiGroups, apiVersions, operations, resources }) => ({
          apiGroups: [...apiGroups],
          apiVersions: [...apiVersions],
          operations: [...operations],
          resources: [...resources],
        })),
      },
      matchConditions: Object.entries(conditions).map(([condition, expression]) => ({
        name: condition,
        expression,
      })),
      validations: checks.map(({ expression, message }) => ({
        expression,
        message,
        reason: "Forbidden",
      })),
    },
  };
}

/** Puts a policy into force in the whole cluster. */
export function policyBinding({ name }: AdmissionPolicy) {
  return {
    metadata: { name, labels: ownLabels },
    spec: { policyName: name, validationActions: ["Deny"] },
  };
}
