import { list, text } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";
import { workflowSpec } from "../../pods";

export const rule = resourceRule({
  name: "governance-erasure-approval",
  area: "governance",
  description:
    "A workflow must erase a subject, or ask another region to, only after a second person has answered, and put the erasure on record.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Let the task that erases or asks first depend on a suspended task and on its answer, and a task that records depend on the last of them.",
  url: "https://argo-workflows.readthedocs.io/en/stable/intermediate-inputs/",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 10" },
    { framework: "iso-42001", clause: "A.7.2" },
  ],
  types: ["kubernetes:argoproj.io/v1alpha1:WorkflowTemplate"],
  parameters: { module: "causeway_training.erasing", recorder: "/app/record-erasure.js" },
  check: (resource, { module, recorder }) => {
    const templates = list(workflowSpec(resource), "templates");
    const named = (test: (template: unknown) => boolean) =>
      new Set(templates.filter(test).map((template) => text(template, "name")));
    const command = (template: unknown) => list(template, "container.command");
    const erasing = named(
      (template) =>
        command(template).includes(module) &&
        ["ask", "erase"].some((verb) => list(template, "container.args")[0] === verb),
    );
    const recording = named((template) => command(template).includes(recorder));
    const suspended = named(
      (template) => typeof template === "object" && template !== null && "suspend" in template,
    );
    const tasks = templates.flatMap((template) => list(template, "dag.tasks"));
    const gates = tasks
      .filter((task) => suspended.has(text(task, "template")))
      .map((task) => text(task, "name") ?? "");
    const erasers = tasks.filter((task) => erasing.has(text(task, "template")));
    return erasers.flatMap((task) => {
      const [name, when] = [text(task, "name") ?? "", text(task, "when")];
      // One that follows another of them has its answer from that one, which this rule judges as
      // well.
      const follows = erasers.some(
        (other) => text(task, "depends") === `${text(other, "name")}.Succeeded`,
      );
      const asks =
        follows ||
        gates.some(
          (gate) =>
            text(task, "depends") === `${gate}.Succeeded` &&
            when?.includes(`{{tasks.${gate}.outputs.parameters.`) === true,
        );
      const recorded = tasks.some(
        (other) =>
          (recording.has(text(other, "template")) || erasing.has(text(other, "template"))) &&
          text(other, "depends") === `${name}.Succeeded`,
      );
      return [
        ...(asks
          ? []
          : [
              `task ${shown(name)} of ${subject(resource)} must depend on a suspended task and on its answer, got depends ${shown(text(task, "depends"))} when ${shown(when)}`,
            ]),
        ...(recorded
          ? []
          : [
              `task ${shown(name)} of ${subject(resource)} must be followed by one that runs ${recorder}, got none`,
            ]),
      ];
    });
  },
});
