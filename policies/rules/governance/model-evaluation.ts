import { number } from "../../resources";
import { resourceRule } from "../../rule";
import { metrics, modelName, modelServiceType } from "../../models";
import { shown } from "../../kubernetes";

export const rule = resourceRule({
  name: "governance-model-evaluation",
  area: "governance",
  description: "Releases must be evaluated on enough held-out rows.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Evaluate the model on held-out data: evaluation writes its rows and metrics into the release.",
  url: "https://airc.nist.gov/airmf-resources/airmf/",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(1)" },
    { framework: "nist-ai-rmf", clause: "MEASURE 2.3" },
    { framework: "iso-42001", clause: "A.6.2.4" },
  ],
  types: [modelServiceType],
  parameters: { minimumRows: 100 },
  check: (resource, { minimumRows }) => {
    const rows = number(resource.props, "release.evaluation.rows");
    const few =
      rows !== undefined && rows >= minimumRows
        ? []
        : [
            `${modelName(resource)} must be evaluated on ${minimumRows} or more rows, got ${shown(rows)}`,
          ];
    return metrics(resource).length > 0
      ? few
      : [
          ...few,
          `${modelName(resource)} must have metrics in release.evaluation.metrics, got none`,
        ];
  },
});
