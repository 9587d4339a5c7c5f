import { at, list, text } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";
import { workflowSpec, workflowTypes } from "../../pods";

export const rule = resourceRule({
  name: "workloads-workflow-concurrency",
  area: "workloads",
  description:
    "A workflow that others start must run one at a time, also when a schedule and an alert ask for it together.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Name a mutex in synchronization.mutexes of the workflow template, and set concurrencyPolicy Forbid on a schedule.",
  url: "https://argo-workflows.readthedocs.io/en/stable/synchronization/",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: workflowTypes.filter((type) => !type.endsWith(":Workflow")),
  check: (resource) => {
    const spec = workflowSpec(resource);
    const held =
      spec === undefined ||
      [...list(spec, "synchronization.mutexes"), at(spec, "synchronization.mutex")].some(
        (mutex) => text(mutex, "name") !== undefined,
      );
    const policy = at(resource.props, "spec.concurrencyPolicy");
    return [
      ...(held
        ? []
        : [`${subject(resource)} must name a mutex in synchronization.mutexes, got none`]),
      ...(resource.type.endsWith(":CronWorkflow") && policy !== "Forbid"
        ? [`${subject(resource)} must set concurrencyPolicy to Forbid, got ${shown(policy)}`]
        : []),
    ];
  },
});
