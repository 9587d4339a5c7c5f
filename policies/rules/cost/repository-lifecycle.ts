import { companions, ofType } from "../../resources";
import { stackRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = stackRule({
  name: "cost-repository-lifecycle",
  area: "cost",
  description: "An image repository must drop images that nothing uses any more.",
  severity: "low",
  enforcement: "mandatory",
  remediation: "Add a LifecyclePolicy that expires untagged images and keeps a number of releases.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSUS-09" }],
  types: ["aws:ecr/lifecyclePolicy:LifecyclePolicy"],
  check: (resources) =>
    ofType(resources, "aws:ecr/repository:Repository")
      .filter(
        (repository) =>
          companions(resources, "aws:ecr/lifecyclePolicy:LifecyclePolicy", "repository", repository)
            .length === 0,
      )
      .map((repository) => ({
        resource: repository,
        message: `${subject(repository)} must have a LifecyclePolicy`,
      })),
});
