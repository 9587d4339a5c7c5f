import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { shown } from "../../kubernetes";

export const rule = resourceRule({
  name: "reliability-cluster-deletion-protection",
  area: "reliability",
  description: "Clusters must be protected from deletion by mistake.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Set deletionProtection to true; a stack that is torn down on purpose sets the parameter `required` to false.",
  url: "https://docs.aws.amazon.com/eks/latest/userguide/deletion-protection.html",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: ["aws:eks/cluster:Cluster"],
  parameters: { required: true },
  check: (resource, { required }) => {
    if (!required) return [];
    const protection = at(resource.props, "deletionProtection");
    return protection === true
      ? []
      : [
          `Cluster "${resource.name}" must set deletionProtection to true, got ${shown(protection)}`,
        ];
  },
});
