import { number } from "../../resources";
import { resourceRule } from "../../rule";
import { metrics, modelName, modelServiceType } from "../../models";
import { shown } from "../../kubernetes";

export const rule = resourceRule({
  name: "governance-model-intervals",
  area: "governance",
  description: "Metrics of a release must say how uncertain they are.",
  severity: "medium",
  enforcement: "mandatory",
  remediation:
    "Evaluate with the platform's evaluation step: it gives each metric a 95% bootstrap interval.",
  url: "https://airc.nist.gov/airmf-resources/airmf/",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(3)" },
    { framework: "nist-ai-rmf", clause: "MEASURE 2.5" },
  ],
  types: [modelServiceType],
  check: (resource) =>
    metrics(resource).flatMap(([name, metric]) => {
      const [low, value, high] = [
        number(metric, "low"),
        number(metric, "value"),
        number(metric, "high"),
      ];
      const ordered =
        low !== undefined &&
        value !== undefined &&
        high !== undefined &&
        low <= value &&
        value <= high;
      return ordered
        ? []
        : [
            `${modelName(resource)} must give its metric ${name} a value within an interval, got ${shown(value)} in ${shown(low)} to ${shown(high)}`,
          ];
    }),
});
