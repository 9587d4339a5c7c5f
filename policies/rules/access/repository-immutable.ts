import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "access-repository-immutable",
  area: "access",
  description: "Tags of an image repository must not move once they are pushed.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Set imageTagMutability to IMMUTABLE.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html",
  frameworks: [
    { framework: "cis-eks", clause: "5.1.2" },
    { framework: "ml-lens", clause: "MLSEC-06" },
    { framework: "iso-42001", clause: "A.6.2.5" },
  ],
  types: ["aws:ecr/repository:Repository"],
  check: (repository) => {
    const mutability = at(repository.props, "imageTagMutability");
    return mutability === "IMMUTABLE"
      ? []
      : [`${subject(repository)} must have imageTagMutability IMMUTABLE, got ${shown(mutability)}`];
  },
});
