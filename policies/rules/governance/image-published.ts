import { runImages } from "../../../services/evidence/images";
import { unpublishedImage } from "../../../services/evidence/refusals";
import { at } from "../../resources";
import { resourceRule } from "../../rule";

export const rule = resourceRule({
  name: "governance-image-published",
  area: "governance",
  description: "The stack file must name every image that trains, promotes, records or erases.",
  severity: "high",
  // Advisory: a plan shows an unpublished image; the program itself refuses to update prod with one.
  enforcement: "advisory",
  remediation:
    "Publish it with npx causeway release publish-image <name> --repository <URL>, and set causeway:images.<name> to repository@sha256:...",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/docker-push-ecr-image.html",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
    { framework: "iso-42001", clause: "A.6.2.5" },
  ],
  types: ["causeway:regional:Retraining"],
  parameters: { required: true },
  check: (resource, { required }) =>
    runImages.flatMap((image) => {
      // Of an image that nothing is known of, governance-image-scan says it.
      const published = at(resource.props, `imageEvidence.${image}.published`) !== false;
      const refusal = unpublishedImage(image, published || !required);
      return refusal === undefined ? [] : [refusal.message];
    }),
});
