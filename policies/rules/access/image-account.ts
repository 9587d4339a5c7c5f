import { ownAccounts } from "../../accounts";
import { containers } from "../../pods";
import { podSpecs } from "../../pod-shapes";
import { text } from "../../resources";
import { none, stackRule } from "../../rule";

const ofAccount = /^(\d{12})\.dkr\.ecr\./;

export const rule = stackRule({
  name: "access-image-account",
  area: "access",
  description: "A container must not run an image of another AWS account.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Publish the image to a repository of the stack's account; set the parameter accounts to others that are trusted.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-11" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  parameters: { accounts: none },
  check: (resources, { accounts }) => {
    const own = ownAccounts(resources);
    if (own.size === 0) return [];
    return resources.flatMap((resource) =>
      podSpecs(resource)
        .flatMap(containers)
        .flatMap(({ label, spec }) => {
          const image = text(spec, "image") ?? "";
          const [, account] = ofAccount.exec(image) ?? [];
          return account === undefined || own.has(account) || accounts.includes(account)
            ? []
            : [
                {
                  resource,
                  message: `${label} must run an image of ${[...own].join(", ")}, got ${image}`,
                },
              ];
        }),
    );
  },
});
