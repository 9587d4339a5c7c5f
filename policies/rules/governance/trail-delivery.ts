import { statements, like } from "../../iam";
import { at, ofType, text } from "../../resources";
import { stackRule } from "../../rule";
import { subject } from "../../kubernetes";

const cloudTrail = "cloudtrail.amazonaws.com";

export const rule = stackRule({
  name: "governance-trail-delivery",
  area: "governance",
  description:
    "The bucket of the audit trail must take its digest files, which CloudTrail encrypts with keys of S3.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Except aws:PrincipalServiceName cloudtrail.amazonaws.com from the statement that refuses other encryption than the bucket's.",
  url: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 19" },
    { framework: "iso-42001", clause: "A.6.2.8" },
  ],
  check: (resources) => {
    const trails = ofType(resources, "aws:cloudtrail/trail:Trail");
    return ofType(resources, "aws:s3/bucketPolicy:BucketPolicy").flatMap((policy) => {
      const bucket = text(policy.props, "bucket");
      if (!trails.some(({ props }) => text(props, "s3BucketName") === bucket)) return [];
      return statements(at(policy.props, "policy"))
        .filter(
          ({ allows, actions, conditions }) =>
            !allows &&
            actions.some((pattern) => like(pattern, "s3:PutObject")) &&
            conditions.some(
              ({ operator, key, values }) =>
                key === "s3:x-amz-server-side-encryption" &&
                operator.startsWith("StringNotEquals") &&
                !values.includes("AES256"),
            ) &&
            !conditions.some(
              ({ operator, key, values }) =>
                key === "aws:PrincipalServiceName" &&
                operator.startsWith("StringNotEquals") &&
                values.includes(cloudTrail),
            ),
        )
        .map(({ sid }) => ({
          resource: policy,
          message: `Statement ${sid} of ${subject(policy)} must except ${cloudTrail}, got a refusal of all that is encrypted with keys of S3`,
        }));
    });
  },
});
