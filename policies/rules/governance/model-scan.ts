import { severities } from "../../../services/evidence/release";
import { at, text } from "../../resources";
import { resourceRule } from "../../rule";
import { modelName, modelServiceType } from "../../models";

export const rule = resourceRule({
  name: "governance-model-scan",
  area: "governance",
  description:
    "The image of a published release must have been scanned, and nothing too severe been found in it.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Publish again: publishing waits for the registry's scan and writes what it found into the manifest. Renew the base images where the finding is in them.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
    { framework: "nist-ai-rmf", clause: "MEASURE 2.7" },
    { framework: "ml-lens", clause: "MLSEC-11" },
  ],
  types: [modelServiceType],
  parameters: { required: true, highest: "medium" },
  check: (resource, { required, highest }) => {
    if (!required || at(resource.props, "release.published") !== true) return [];
    const scanned = text(resource.props, "release.scan.digest");
    if (scanned === undefined)
      return [`${modelName(resource)} must have a scan of its image in release.scan, got none`];
    const image = text(resource.props, "release.image.digest");
    if (scanned !== image)
      return [
        `${modelName(resource)} must have a scan of its image ${image ?? ""}, got one of ${scanned}`,
      ];
    const allowed = severities.slice(
      0,
      severities.findIndex((severity) => severity === highest) + 1,
    );
    const found = text(resource.props, "release.scan.highest") ?? "nothing";
    return allowed.some((severity) => severity === found)
      ? []
      : [
          `${modelName(resource)} must have no finding above ${highest} in its image, got ${found} by ${text(resource.props, "release.scan.scanner") ?? "a scanner"}`,
        ];
  },
});
