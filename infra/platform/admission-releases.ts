import { groups, namespaces } from "../kubernetes/labels";
import { servingNames } from "../../services/evidence/rollout";
import {
  anyOf,
  controllers,
  isProgram,
  literal,
  resumer,
  sameBut,
  type AdmissionPolicy,
} from "./admission-cel";

/** Fields of a Rollout's status that somebody writes besides its controller, by who. */
export const decisions = {
  anybody: ["abort", "abortedAt"],
  resumer: ["pauseConditions", "controllerPause", "currentStepIndex"],
} as const;

const status = (but: readonly string[]) =>
  sameBut("object.?status.orValue({})", "oldObject.?status.orValue({})", literal(but));

const steps = (of: string) => `${of}.spec.?strategy.?canary.?steps.orValue([])`;
const waits = (of: string) => `${steps(of)}.exists(s, has(s.pause) && !has(s.pause.duration))`;
/**
 * Steps as numbers: 1000 for the wait for a person, -1 for one that moves no request, and for
 * others the percentage of requests; one that is not known counts as all of them.
 */
const weights = (of: string) =>
  `${steps(of)}.map(s, has(s.pause) ? (has(s.pause.duration) ? -1 : 1000) : (has(s.setWeight) ? int(s.setWeight) : (has(s.analysis) || has(s.setCanaryScale) ? -1 : 999)))`;
const [now, then] = [weights("object"), weights("oldObject")];
const beforeWait = (of: string, weight: string) => `${of}.indexOf(${weight}) < ${of}.indexOf(1000)`;
const noMoreBeforeWait = `${now}.all(w, w < 0 || w == 1000 || !(${beforeWait(now, "w")}) || ${then}.exists(v, v != 1000 && v >= w && ${beforeWait(then, "v")}))`;
const most = (of: string) => `${of}.spec.?strategy.?canary.?trafficRouting.?maxTrafficWeight`;

const [step, stepBefore] = ["object", "oldObject"].map(
  (of) => `${of}.?status.?currentStepIndex.orValue(0)`,
);
/** Takes the pause away, and goes on to the next step at most. */
const resumes = `request.userInfo.username == '${resumer}' && ${status(decisions.resumer)} && object.?status.?pauseConditions.orValue([]).size() == 0 && ${step} >= ${stepBefore} && ${step} <= ${stepBefore} + 1`;
const aborts = `${status(decisions.anybody)} && !(oldObject.?status.?abort.orValue(false) && !object.?status.?abort.orValue(false))`;

/**
 * A release goes on by the program that reads the approvals on record, and by nobody's patch. Anyone
 * who may patch the status may still abort.
 */
export const approval: AdmissionPolicy = {
  name: "causeway-approval",
  rules: [
    {
      apiGroups: ["argoproj.io"],
      apiVersions: ["v1alpha1"],
      operations: ["UPDATE"],
      resources: ["rollouts", "rollouts/status"],
    },
  ],
  conditions: { "not-the-controller": `request.userInfo.username != '${controllers.rollouts}'` },
  checks: [
    {
      expression: `(${resumes}) || (${aborts})`,
      message:
        "a release must be resumed by the resumer alone, which reads the approvals on record, and nobody but the controller writes another field of its status: record an approval, or abort",
    },
    {
      expression: `!(oldObject.spec.?paused.orValue(false) && !object.spec.?paused.orValue(false)) || (${anyOf("platformAdmins", "breakGlass")} && !${anyOf("pipelines")})`,
      message: `a release that somebody holds must be let go by ${groups.platformAdmins}, who is not ${groups.pipelines}`,
    },
    {
      expression: `!${waits("oldObject")} || (${waits("object")} && ${noMoreBeforeWait} && ${most("object")} == ${most("oldObject")} && object.spec.?rollbackWindow == oldObject.spec.?rollbackWindow)`,
      message:
        "the step that waits for a person must not be taken out of a release, get more requests before it or be passed by; remove the Rollout to lower its gate",
    },
  ],
};

/** Name of the route that the kill switch puts before a model's own (infra/serving/kill-switch.ts). */
export const killRouteName = "kill-switch";
const canary = servingNames("").canary;
const inModels = `.${namespaces.models}.svc.cluster.local`;
const http = (of: string) => `${of}.spec.?http.orValue([])`;
const ownRoutes = (of: string) =>
  `${http(of)}.filter(r, r.?name.orValue('') != '${killRouteName}')`;
const killRoutes = `${http("object")}.filter(r, r.?name.orValue('') == '${killRouteName}')`;

/**
 * Where requests go is decided by the program and by the controller of a release's trial. A person
 * switches a model off: the route for that goes to a stable version, and no other route changes.
 */
export const routes: AdmissionPolicy = {
  name: "causeway-routes",
  rules: [
    {
      apiGroups: ["networking.istio.io"],
      apiVersions: ["v1"],
      operations: ["UPDATE"],
      resources: ["virtualservices", "destinationrules"],
    },
  ],
  conditions: {
    person: `!${isProgram}`,
    "models-alone": `request.namespace == '${namespaces.models}'`,
  },
  checks: [
    {
      expression: `object.kind == 'VirtualService' ? (${sameBut("object.spec", "oldObject.spec", literal(["http"]))} && ${ownRoutes("object")} == ${ownRoutes("oldObject")}) : (${sameBut("object.spec", "oldObject.spec", literal(["trafficPolicy"]))})`,
      message: "a person must not change where requests go, apart from the kill switch",
    },
    {
      expression: `object.kind != 'VirtualService' || ${killRoutes}.all(r, r.all(k, k in ['name', 'match', 'rewrite', 'fault', 'route', 'timeout', 'retries']) && r.route.all(d, d.destination.host.endsWith('${inModels}') && (d.?weight.orValue(100) == 0 || !d.destination.host.endsWith('${canary}${inModels}'))))`,
      message:
        "the kill switch must send requests to a stable version of a model, and nowhere else",
    },
  ],
};
