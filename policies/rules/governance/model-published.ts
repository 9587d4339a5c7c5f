import { at, text } from "../../resources";
import { resourceRule } from "../../rule";
import { modelOf, modelServiceType } from "../../models";
import { publishCommand, unpublishedRelease } from "../../../services/evidence/refusals";

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
  parameters: { command: publishCommand("<model>") },
  check: (resource, { command }) => {
    const model = modelOf(resource);
    const refusal = unpublishedRelease(model, {
      published: at(resource.props, "release.published") === true,
      version: text(resource.props, "release.version") ?? "",
    });
    return refusal === undefined
      ? []
      : [`${refusal.message}: ${command.replace("<model>", model)}`];
  },
});
