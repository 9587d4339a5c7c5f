import { ofType } from "../../resources";
import { stackRule } from "../../rule";
import { subject } from "../../kubernetes";

/** Identities whose credentials do not expire. */
const longLived = [
  "aws:iam/user:User",
  "aws:iam/accessKey:AccessKey",
  "aws:iam/userLoginProfile:UserLoginProfile",
  "aws:iam/serviceSpecificCredential:ServiceSpecificCredential",
  "aws:iam/userPolicy:UserPolicy",
  "aws:iam/userPolicyAttachment:UserPolicyAttachment",
  "aws:iam/sshKey:SshKey",
  "aws:iam/signingCertificate:SigningCertificate",
  "aws:ec2/keyPair:KeyPair",
];

export const rule = stackRule({
  name: "access-user-long-lived",
  area: "access",
  description:
    "A stack must not create IAM users or access keys, since their credentials do not expire.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Use a role: Pod Identity for pods, OpenID Connect for pipelines, single sign-on for people.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-users-federation-idp",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-03" },
    { framework: "cis-eks", clause: "5.2.1" },
  ],
  types: longLived,
  check: (resources) =>
    ofType(resources, ...longLived).map((resource) => ({
      resource,
      message: `${subject(resource)} must not exist: use a role, whose credentials expire`,
    })),
});
