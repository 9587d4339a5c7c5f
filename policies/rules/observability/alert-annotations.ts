import { list, present, record, text } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "observability-alert-annotations",
  area: "observability",
  description: "An alert must tell whoever is woken how bad it is, what happened and what to do.",
  severity: "low",
  enforcement: "mandatory",
  remediation: "Give the alert a severity label, and the annotations that the parameter lists.",
  url: "https://prometheus.io/docs/practices/alerting/",
  frameworks: [
    { framework: "ml-lens", clause: "MLOE-15" },
    { framework: "nist-ai-rmf", clause: "MANAGE 4.1" },
    { framework: "eu-ai-act", clause: "Art. 72" },
  ],
  types: ["kubernetes:monitoring.coreos.com/v1:PrometheusRule"],
  parameters: { annotations: ["summary", "description", "runbook_url"] },
  check: (rules, { annotations }) =>
    list(rules.props, "spec.groups")
      .flatMap((group) => list(group, "rules"))
      .filter((rule) => present(rule, "alert"))
      .flatMap((alert) => {
        const given = record(alert, "annotations");
        const missing = [
          ...(present(alert, "labels.severity") ? [] : ["the label severity"]),
          ...annotations.filter((key) => !given[key]).map((key) => `the annotation ${key}`),
        ];
        const page = given["runbook_url"];
        const broken = [
          ...(missing.length === 0 ? [] : [`have ${missing.join(" and ")}`]),
          // A pager opens an address, not a path of a repository.
          ...(typeof page !== "string" || page.startsWith("https://")
            ? []
            : [`have an https address as runbook_url, got ${shown(page)}`]),
        ];
        return broken.map(
          (must) => `alert ${shown(text(alert, "alert"))} of ${subject(rules)} must ${must}`,
        );
      }),
});
