import { number } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";
import { workflowSpec, workflowTypes } from "../../pods";

const day = 86_400;

export const rule = resourceRule({
  name: "workloads-workflow-deadline",
  area: "workloads",
  description:
    "A workflow must have a deadline, so that one that hangs holds neither nodes nor the turn of the next.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Set activeDeadlineSeconds on the workflow; the parameter says how long it may be.",
  url: "https://argo-workflows.readthedocs.io/en/stable/fields/#workflowspec",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: workflowTypes,
  parameters: { maximumSeconds: 31 * day },
  check: (resource, { maximumSeconds }) => {
    const spec = workflowSpec(resource);
    if (spec === undefined) return [];
    const deadline = number(spec, "activeDeadlineSeconds");
    return deadline !== undefined && deadline > 0 && deadline <= maximumSeconds
      ? []
      : [
          `${subject(resource)} must set activeDeadlineSeconds to at most ${maximumSeconds}, got ${deadline ?? "nothing"}`,
        ];
  },
});
