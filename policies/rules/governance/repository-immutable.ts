import { at } from "../../read";
import { resourceRule } from "../../rule";
import { shown, subject } from "../workloads/subject";

export const rule = resourceRule({
  name: "governance-repository-immutable",
  area: "governance",
  description: "Tags of a released image must never move.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Set imageTagMutability to IMMUTABLE.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 12" },
    { framework: "iso-42001", clause: "A.6.2.5" },
  ],
  types: ["aws:ecr/repository:Repository"],
  check: (resource) => {
    const mutability = at(resource.props, "imageTagMutability");
    return mutability === "IMMUTABLE" ? [] : [`${subject(resource)} must set imageTagMutability to IMMUTABLE, got ${shown(mutability)}`];
  },
});
