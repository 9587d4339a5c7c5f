import { isProgram, type AdmissionPolicy } from "./admission-cel";
import { carriedApprovals } from "./admission-approvals";
import { promotion } from "./admission-promoter";
import { approval, routes } from "./admission-releases";
import { workflows } from "./admission-workflows";
import { whatRuns } from "./admission-workloads";
import { portForward } from "./port-forward";
import { breakGlassRole, elevationPrefix, ownLabels } from "../kubernetes/labels";
import { annotationPrefix } from "../../services/contract/labels";

/** Longest elevation, in seconds: the same as a session of the break-glass role in AWS. */
export const longestElevationSeconds = 3_600;
/** What an elevation's RoleBinding says of itself. */
export const elevationAnnotations = {
  expires: `${annotationPrefix}/expires`,
  reason: `${annotationPrefix}/reason`,
} as const;

const isSession = (name: string) => `${name}.contains(':assumed-role/')`;
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
      // On EKS `arn:aws:sts::<account>:assumed-role/<role>/<session>`, and a role may leave it to
      // whoever assumes it how a session is called.
      expression: `!${isSession("request.userInfo.username")} || object.?subjects.orValue([]).all(s, !${isSession("s.name")} || !s.name.split('/').exists(part, !part.contains(':') && part in request.userInfo.username.split('/')))`,
      message:
        "an elevation must name another role's session, and another session, than one's own: two sessions may be one person",
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
  carriedApprovals,
  routes,
  workflows,
  elevation,
  timers,
  promotion,
  portForward,
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
