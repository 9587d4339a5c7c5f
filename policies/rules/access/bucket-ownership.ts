import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "access-bucket-ownership",
  area: "access",
  description: "Access to a bucket must be decided by policies alone, not by access control lists.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Set rule.objectOwnership to BucketOwnerEnforced, the default of new buckets.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-03" }],
  types: ["aws:s3/bucketOwnershipControls:BucketOwnershipControls"],
  check: (controls) => {
    const ownership = at(controls.props, "rule.objectOwnership");
    return ownership === "BucketOwnerEnforced"
      ? []
      : [
          `${subject(controls)} must have objectOwnership BucketOwnerEnforced, got ${shown(ownership)}`,
        ];
  },
});
