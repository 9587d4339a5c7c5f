import { ofType, at, text } from "../../resources";
import { stackRule } from "../../rule";
import { objectKey, rolloutType, parseImage } from "../../kubernetes";
import { podSpecs } from "../../pod-shapes";
import { containers } from "../../pods";
import { modelServiceType } from "../../models";

export const rule = stackRule({
  name: "governance-rollout-image",
  area: "governance",
  description: "A model's Rollout must run the very image that its release names.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Deploy the image of the release manifest: remove the override from the stack file, or publish the release whose image it is.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
    { framework: "iso-42001", clause: "A.6.2.5" },
  ],
  check: (resources) => {
    // Before it is published, a release has the digest of its build inputs instead of a registry's.
    const released = new Map(
      ofType(resources, modelServiceType).flatMap(({ props }) => {
        const digest = text(props, "release.image.digest");
        return at(props, "release.published") === true && digest !== undefined
          ? [[text(props, "model"), digest] as const]
          : [];
      }),
    );
    return ofType(resources, rolloutType).flatMap((resource) => {
      const expected = released.get(objectKey(resource).split("/")[1]);
      if (expected === undefined) return [];
      const serving = podSpecs(resource)
        .flatMap(containers)
        .filter(({ kind }) => kind === "container");
      const images = serving.map((container) => text(container.spec, "image") ?? "");
      return images.some((image) => parseImage(image).digest === expected)
        ? []
        : [
            {
              resource,
              message: `Rollout "${resource.name}" must run the image of its release, ${expected}, got ${images.join(", ") || "none"}`,
            },
          ];
    });
  },
});
