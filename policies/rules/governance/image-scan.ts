import { severities } from "../../../services/evidence/release";
import { at, record, text } from "../../resources";
import { resourceRule, type ResourceView } from "../../rule";

const scope = "imageEvidence";

export const rule = resourceRule({
  name: "governance-image-scan",
  area: "governance",
  description:
    "Every image that trains, promotes, records or erases must be on record with the scan of it and with its bill of materials, and nothing too severe been found in it.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Publish it with npx causeway release publish-image <name> --repository <URL>, which waits for the registry's scan and writes images/<name>.json; renew the base images where the finding is in them.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
    { framework: "nist-ai-rmf", clause: "MEASURE 2.7" },
    { framework: "ml-lens", clause: "MLSEC-11" },
  ],
  types: ["causeway:regional:Retraining"],
  parameters: { required: true, highest: "medium" },
  check: (resource, { required, highest }) => {
    const images = Object.keys(record(resource.props, scope));
    if (!required) return [];
    if (images.length === 0)
      return [`${resource.name} must say in ${scope} what is known of its images, got nothing`];
    return images.flatMap((image) =>
      problemsOf(resource, image, highest).map((problem) => `Image "${image}" must ${problem}`),
    );
  },
});

function problemsOf(resource: ResourceView, image: string, highest: string): string[] {
  const of = (path: string) => text(resource.props, `${scope}.${image}.${path}`);
  if (at(resource.props, `${scope}.${image}.published`) !== true) return [];
  const [runs, recorded, scanned, found] = [
    of("digest"),
    of("record.image.digest"),
    of("record.scan.digest"),
    of("record.scan.highest"),
  ];
  if (recorded !== runs || runs === undefined)
    return [
      `be the one on record in images/${image}.json, got ${runs ?? "none"}, on record is ${recorded ?? "none"}`,
    ];
  const allowed = severities.slice(0, severities.findIndex((severity) => severity === highest) + 1);
  return [
    ...(scanned === runs
      ? []
      : [
          `have a scan of itself on record, got ${scanned === undefined ? "none" : `one of ${scanned}`}`,
        ]),
    ...(scanned === undefined || allowed.some((severity) => severity === found)
      ? []
      : [
          `have no finding above ${highest}, got ${found ?? "nothing"} by ${of("record.scan.scanner") ?? "a scanner"}`,
        ]),
    ...(of("record.bill") !== undefined && of("record.bill") === of("bill")
      ? []
      : [
          `have the bill of materials of the repository, got ${of("record.bill") ?? "none"}: build it again`,
        ]),
  ];
}
