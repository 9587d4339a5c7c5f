import { accountsIn, awsProviderType, ownAccounts } from "../../accounts";
import { subject } from "../../kubernetes";
import { ofType } from "../../resources";
import { none, stackRule } from "../../rule";

export const rule = stackRule({
  name: "access-account-foreign",
  area: "access",
  description: "A resource of AWS must name no account but the stack's own.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Name roles and resources of the stack's account; set the parameter accounts to others that are trusted, and say why.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-03" },
    { framework: "ml-lens", clause: "MLSEC-05" },
  ],
  types: ["aws:ecr/replicationConfiguration:ReplicationConfiguration"],
  parameters: { accounts: none },
  check: (resources, { accounts }) => {
    const own = ownAccounts(resources);
    const free = ofType(resources, awsProviderType)
      .filter((provider) => ownAccounts([provider]).size === 0)
      .map((resource) => ({
        resource,
        message: `${subject(resource)} must name the stack's account in allowedAccountIds`,
      }));
    if (own.size === 0) return free;
    const named = resources
      .filter(({ type }) => type.startsWith("aws:"))
      .flatMap((resource) => {
        const foreign = [...accountsIn(resource)].filter(
          (account) => !own.has(account) && !accounts.includes(account),
        );
        return foreign.length === 0
          ? []
          : [
              {
                resource,
                message: `${subject(resource)} must name the stack's own account alone, got ${foreign.join(", ")}`,
              },
            ];
      });
    return [...free, ...named];
  },
});
