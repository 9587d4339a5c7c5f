import { text } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "access-policy-attachment",
  area: "access",
  description: "A role must not hold one of AWS's administrator policies.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Attach a policy of your own that lists what the role does.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-03" }],
  types: ["aws:iam/rolePolicyAttachment:RolePolicyAttachment"],
  parameters: {
    refused: [
      "AdministratorAccess",
      "PowerUserAccess",
      "IAMFullAccess",
      "AmazonS3FullAccess",
      "AWSKeyManagementServicePowerUser",
    ],
  },
  check: (attachment, { refused }) => {
    const policy = text(attachment.props, "policyArn");
    const name = policy?.slice(policy.lastIndexOf("/") + 1);
    return name !== undefined && refused.includes(name)
      ? [`${subject(attachment)} must not attach ${name}`]
      : [];
  },
});
