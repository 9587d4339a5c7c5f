import { at, text } from "../../resources";
import { resourceRule } from "../../rule";
import { modelName, modelServiceType } from "../../models";

export const rule = resourceRule({
  name: "governance-model-published",
  area: "governance",
  description:
    "Releases must be published: a registry must hold the image that the manifest names.",
  severity: "high",
  // Advisory: a plan shows an unpublished release; the program itself refuses to update prod with
  // one.
  enforcement: "advisory",
  remediation:
    "Push the image with the publish command; it writes the digest that the registry gave into the manifest.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/docker-push-ecr-image.html",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
    { framework: "iso-42001", clause: "A.6.2.5" },
  ],
  types: [modelServiceType],
  parameters: {
    command:
      "npm run publish:model -- <model> --repository <repository URL from the stack outputs>",
  },
  check: (resource, { command }) => {
    if (at(resource.props, "release.published") === true) return [];
    const model = text(resource.props, "model") ?? resource.name;
    return [
      `${modelName(resource)} must be published before its release ${text(resource.props, "release.version") ?? ""} can serve: ${command.replace("<model>", model)}`,
    ];
  },
});
