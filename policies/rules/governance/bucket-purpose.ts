import { record } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "governance-bucket-purpose",
  area: "governance",
  description:
    "Buckets must say what kind of data they hold, so that retention and access can follow from it.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Tag the bucket with its purpose.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 10" },
    { framework: "iso-42001", clause: "A.4.3" },
  ],
  types: ["aws:s3/bucket:Bucket"],
  parameters: { tag: "causeway:purpose", purposes: ["data", "artifacts", "audit", "logs"] },
  check: (resource, { tag, purposes }) => {
    const purpose = record(resource.props, "tags")[tag];
    return typeof purpose === "string" && purposes.includes(purpose)
      ? []
      : [
          `${subject(resource)} must have the tag ${tag} with one of ${purposes.join(", ")}, got ${shown(purpose)}`,
        ];
  },
});
