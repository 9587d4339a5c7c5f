import { elasticsearchType } from "../../elastic";
import { list, number } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "reliability-log-store-nodes",
  area: "reliability",
  description: "The log store must have enough nodes to keep a majority when one is gone.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Raise the count of the node set to the parameter `minimum` or more.",
  url: "https://www.elastic.co/docs/deploy-manage/production-guidance/availability-and-resilience/resilience-in-small-clusters",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(4)" },
    { framework: "ml-lens", clause: "MLREL-05" },
  ],
  types: [elasticsearchType],
  parameters: { minimum: 3 },
  check: (resource, { minimum }) => {
    const nodes = list(resource.props, "spec.nodeSets").reduce<number>(
      (sum, set) => sum + (number(set, "count") ?? 0),
      0,
    );
    return nodes >= minimum
      ? []
      : [`${subject(resource)} must have ${minimum} nodes or more, got ${nodes}`];
  },
});
