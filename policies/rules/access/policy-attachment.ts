import { iamRoleType } from "../../iam";
import { subject } from "../../kubernetes";
import { list, ofType, present, refersTo, text } from "../../resources";
import { stackRule, type ResourceView } from "../../rule";

const roleAttachment = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
const groupAttachment = "aws:iam/groupPolicyAttachment:GroupPolicyAttachment";
const exclusive = "aws:iam/policyAttachment:PolicyAttachment";

export const rule = stackRule({
  name: "access-policy-attachment",
  area: "access",
  description:
    "A role must hold no policy but those of the stack and those of AWS that are listed for its services.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Attach a policy of your own that lists what the role does, or list a policy of AWS that a service asks for in the parameter allowed.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-03" }],
  types: [roleAttachment, groupAttachment, exclusive],
  parameters: {
    // Each is what EKS or Systems Manager asks for its own roles.
    allowed: [
      "AmazonEC2ContainerRegistryPullOnly",
      "AmazonEKSBlockStoragePolicy",
      "AmazonEKSClusterPolicy",
      "AmazonEKSComputePolicy",
      "AmazonEKSLoadBalancingPolicy",
      "AmazonEKSNetworkingPolicy",
      "AmazonEKSWorkerNodeMinimalPolicy",
      "AmazonSSMManagedInstanceCore",
    ],
  },
  check: (resources, { allowed }) => {
    const attached = ofType(resources, roleAttachment, groupAttachment)
      .filter((attachment) => !isOwn(resources, attachment))
      .flatMap((resource) => refusals(resource, [text(resource.props, "policyArn")], allowed));
    const managed = ofType(resources, iamRoleType).flatMap((role) => {
      const arns = list(role.props, "managedPolicyArns");
      return refusals(
        role,
        arns.map((arn) => (typeof arn === "string" ? arn : undefined)),
        allowed,
      );
    });
    const sole = ofType(resources, exclusive).map((resource) => ({
      resource,
      message: `${subject(resource)} must not exist: it takes the policy from every other identity; use a RolePolicyAttachment`,
    }));
    return [...attached, ...managed, ...sole];
  },
});

/** Whether a policy of the stack is attached, which other rules judge. */
function isOwn(resources: readonly ResourceView[], attachment: ResourceView): boolean {
  return ofType(resources, "aws:iam/policy:Policy").some(
    (policy) => present(attachment.props, "policyArn") && refersTo(attachment, "policyArn", policy),
  );
}

function refusals(
  resource: ResourceView,
  arns: readonly (string | undefined)[],
  allowed: readonly string[],
) {
  return arns
    .filter((arn) => {
      const [, name = ""] =
        /^arn:aws[a-z-]*:iam::aws:policy\/(?:[\w-]+\/)*([\w+=,.@-]+)$/.exec(arn ?? "") ?? [];
      return !allowed.includes(name);
    })
    .map((arn) => ({
      resource,
      message: `${subject(resource)} must attach a policy of the stack or one of ${allowed.join(", ")}, got ${arn ?? "an unknown one"}`,
    }));
}
