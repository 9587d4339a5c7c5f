import { at, list, number, text } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";
import { workflowSpec, workflowTypes } from "../../pods";

export const rule = resourceRule({
  name: "workloads-workflow-retries",
  area: "workloads",
  description:
    "Steps that are tried again must have a limit, a growing pause, and an expression that leaves out what is an answer and no fault.",
  severity: "medium",
  enforcement: "mandatory",
  remediation:
    "Set limit, backoff and expression in the retryStrategy: a gate that did not hold must not be asked until it does.",
  url: "https://argo-workflows.readthedocs.io/en/stable/retries/",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: workflowTypes,
  parameters: { maximum: 5 },
  check: (resource, { maximum }) => {
    const spec = workflowSpec(resource);
    const holders = [
      { label: subject(resource), holder: spec },
      ...list(spec, "templates").map((holder) => ({
        label: `template ${JSON.stringify(text(holder, "name") ?? "")} of ${subject(resource)}`,
        holder,
      })),
    ];
    return holders.flatMap(({ label, holder }) => {
      const strategy = at(holder, "retryStrategy");
      if (strategy === undefined) return [];
      const limit = number(strategy, "limit");
      const missing = [
        ...(limit !== undefined && limit <= maximum
          ? []
          : [`set retryStrategy.limit to at most ${maximum}, got ${limit ?? "nothing"}`]),
        ...(["backoff", "expression"] as const).flatMap((field) =>
          at(strategy, field) === undefined ? [`set retryStrategy.${field}, got nothing`] : [],
        ),
      ];
      return missing.map((rest) => `${label} must ${rest}`);
    });
  },
});
