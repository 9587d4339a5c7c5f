import { accounts, eraseAccount, groups, namespaces } from "../kubernetes/labels";
import {
  anyOf,
  controllers,
  literal,
  sameBut,
  type AdmissionPolicy,
  type Check,
} from "./admission-cel";

/** Fields of a Workflow's spec that somebody gives who starts one, and who steers one that runs. */
export const workflowFields = {
  start: ["workflowTemplateRef", "arguments"],
  steer: ["suspend", "shutdown"],
} as const;

/** What may be handed to a workflow, by who starts it. */
export const workflowParameters = {
  eraser: ["model", "pseudonym", "reason"],
  person: ["trigger"],
  sensor: ["trigger", "causes"],
} as const;
/** What a person may say that asked for a run: a person. */
export const personTrigger = "manual";
/** What somebody may answer at a step that waits. */
export const workflowAnswers = ["approve", "none"] as const;

const ref = "object.spec.?workflowTemplateRef.?name.orValue('')";
const erases = `${ref} == '${eraseAccount}'`;
const isSensor = `request.userInfo.username == 'system:serviceaccount:${namespaces.training}:${accounts.sensor}'`;
const parameters = "object.spec.?arguments.?parameters.orValue([])";
const named = (names: readonly string[]) => `p.name in ${literal(names)}`;

/** Checks of a start, which say nothing of a change. */
const starts: readonly Check[] = [
  {
    expression: `object.spec.all(k, k in ${literal(workflowFields.start)}) && ${ref} != '' && object.spec.workflowTemplateRef.all(k, k == 'name')`,
    message:
      "a workflow must name a WorkflowTemplate of its namespace and arguments, and nothing else",
  },
  {
    expression: `object.spec.?arguments.orValue({}).all(k, k == 'parameters') && ${parameters}.all(p, p.all(k, k in ['name', 'value']) && type(p.value) == string && !p.value.contains('{{'))`,
    message: "an argument of a workflow must be a parameter with a text that holds no expression",
  },
  {
    expression: `${parameters}.all(p, ${erases} ? ${named(workflowParameters.eraser)} : (${isSensor} ? ${named(workflowParameters.sensor)} : (${named(workflowParameters.person)} && p.value == '${personTrigger}')))`,
    message: `an argument must be one that a workflow is asked with: ${workflowParameters.eraser.join(", ")} of an erasure, ${workflowParameters.person.join(", ")}=${personTrigger} of a retraining`,
  },
  {
    expression:
      "object.?status.orValue({}).all(k, k in ['startedAt', 'finishedAt'] && object.status[k] == null) && !has(object.metadata.finalizers) && !has(object.metadata.ownerReferences)",
    message: "a workflow must begin without a status, a finalizer or an owner",
  },
  {
    expression: `!(${erases}) || (${anyOf("erasers")} && !${anyOf("pipelines", "approvers", "breakGlass")})`,
    message: `only a member of ${groups.erasers}, who is neither ${groups.pipelines} nor ${groups.approvers}, must erase`,
  },
  {
    expression: `!${anyOf("erasers")} || ${erases}`,
    message: `a member of ${groups.erasers} must start the template ${eraseAccount} as it is`,
  },
];

const [nodes, before] = ["object", "oldObject"].map((of) => `${of}.?status.?nodes.orValue({})`);
const [outputs, asked] = [nodes, before].map((of) => `${of}[n].?outputs.?parameters.orValue([])`);
/** Whether the node `n` waits for a person, and has got an answer and nothing else. */
const answered = [
  `!${anyOf("erasers")}`,
  `${before}[n].?type.orValue('') == 'Suspend'`,
  `${before}[n].?phase.orValue('') == 'Running'`,
  `${nodes}[n].?phase.orValue('') in ['Running', 'Succeeded']`,
  sameBut(`${nodes}[n]`, `${before}[n]`, literal(["phase", "message", "finishedAt", "outputs"])),
  `${nodes}[n].?outputs.orValue({}).all(k, k == 'parameters')`,
  `${outputs}.size() == ${asked}.size()`,
  `${outputs}.all(p, (!has(p.value) || p.value in ${literal(workflowAnswers)}) && ${asked}.exists(q, q.name == p.name && (!has(p.valueFrom) || (has(q.valueFrom) && p.valueFrom == q.valueFrom)) && ${sameBut("p", "q", literal(["value", "valueFrom"]))}))`,
].join(" && ");

const changes: readonly Check[] = [
  {
    expression: sameBut("object.spec", "oldObject.spec", literal(workflowFields.steer)),
    message: "a person must not change what a workflow runs; stop it and start another",
  },
  {
    expression: `${sameBut("object.?status.orValue({})", "oldObject.?status.orValue({})", literal(["nodes"]))} && ${before}.all(n, n in ${nodes}) && ${nodes}.all(n, n in ${before} && (${nodes}[n] == ${before}[n] || (${answered})))`,
    message:
      "the controller must be the only one that writes the status of a workflow, apart from an answer at a step that waits for one",
  },
];

const only = (operation: "CREATE" | "UPDATE", checks: readonly Check[]): Check[] =>
  checks.map(({ expression, message }) => ({
    expression: `request.operation != '${operation}' || (${expression})`,
    message,
  }));

/**
 * A workflow runs with the rights of its template's accounts. So everybody but the controller
 * starts what exists, with named arguments, holds it, ends it, and answers where it asks.
 */
export const workflows: AdmissionPolicy = {
  name: "causeway-workflows",
  rules: [
    {
      apiGroups: ["argoproj.io"],
      apiVersions: ["v1alpha1"],
      operations: ["CREATE", "UPDATE"],
      resources: ["workflows"],
    },
  ],
  conditions: { "not-the-controller": `request.userInfo.username != '${controllers.workflows}'` },
  checks: [...only("CREATE", starts), ...only("UPDATE", changes)],
};
