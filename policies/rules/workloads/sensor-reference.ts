import { at, list, text } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "workloads-sensor-reference",
  area: "workloads",
  description:
    "A sensor must only start workflows of a template that is judged itself, under an account of its own.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Let the trigger create a Workflow with a workflowTemplateRef and no templates of its own, and set spec.template.serviceAccountName.",
  url: "https://argoproj.github.io/argo-events/sensors/triggers/k8s-object-trigger/",
  frameworks: [
    { framework: "cis-eks", clause: "4.1.5" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  types: ["kubernetes:argoproj.io/v1alpha1:Sensor"],
  check: (resource) => {
    const account = text(resource.props, "spec.template.serviceAccountName") ?? "default";
    const own =
      account === "default"
        ? [
            `${subject(resource)} must set spec.template.serviceAccountName to an account of its own, got default`,
          ]
        : [];
    return [
      ...own,
      ...list(resource.props, "spec.triggers").flatMap((trigger) =>
        triggerProblems(trigger).map(
          (rest) =>
            `trigger ${shown(text(trigger, "template.name"))} of ${subject(resource)} must ${rest}`,
        ),
      ),
    ];
  },
});

function triggerProblems(trigger: unknown): string[] {
  const started = at(trigger, "template.k8s.source.resource");
  const kind = at(started, "kind");
  if (kind !== "Workflow") return [`create a Workflow that it holds itself, got ${shown(kind)}`];
  const reference = at(started, "spec.workflowTemplateRef.name");
  const inline = at(started, "spec.templates");
  return [
    ...(typeof reference === "string"
      ? []
      : [`refer to a workflow template, got ${shown(reference)}`]),
    ...(inline === undefined ? [] : ["hold no templates of its own, got some"]),
  ];
}
