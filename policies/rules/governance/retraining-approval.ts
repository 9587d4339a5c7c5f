import { at, list, text } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";
import { workflowSpec } from "../../pods";
import { gatedTierOf } from "../../models";

export const rule = resourceRule({
  name: "governance-retraining-approval",
  area: "governance",
  description:
    "A retraining of a high-risk model must wait for a person's answer before it promotes.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Let the tasks that run as the promoter depend on a suspended task and on its answer: release.channel approval in the contract does it.",
  url: "https://argo-workflows.readthedocs.io/en/stable/intermediate-inputs/",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 14(4)" },
    { framework: "nist-ai-rmf", clause: "MANAGE 2.4" },
  ],
  types: ["kubernetes:argoproj.io/v1alpha1:WorkflowTemplate"],
  parameters: { promoters: ["retraining-promoter"] },
  check: (resource, { promoters }) => {
    const tier = gatedTierOf(resource);
    if (tier === undefined) return [];
    const templates = list(workflowSpec(resource), "templates");
    const named = (test: (template: unknown) => boolean) =>
      new Set(templates.filter(test).map((template) => text(template, "name")));
    const suspended = named((template) => at(template, "suspend") !== undefined);
    const promoting = named((template) =>
      promoters.includes(text(template, "serviceAccountName") ?? ""),
    );
    const tasks = templates.flatMap((template) => list(template, "dag.tasks"));
    const gates = tasks
      .filter((task) => suspended.has(text(task, "template")))
      .map((task) => text(task, "name") ?? "");
    // A suspended task also succeeds when its time has passed, so its answer counts and not its
    // success.
    return tasks
      .filter((task) => promoting.has(text(task, "template")))
      .flatMap((task) => {
        const when = text(task, "when");
        const asks = gates.some(
          (gate) =>
            text(task, "depends") === `${gate}.Succeeded` &&
            when?.includes(`{{tasks.${gate}.outputs.parameters.`) === true,
        );
        return asks
          ? []
          : [
              `task ${shown(text(task, "name"))} of ${subject(resource)} must depend on a suspended task and on its answer, because its model's risk tier is ${tier}, got depends ${shown(text(task, "depends"))} when ${shown(when)}`,
            ];
      });
  },
});
