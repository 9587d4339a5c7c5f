import { elasticsearchType } from "../../elastic";
import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "access-log-store-superuser",
  area: "access",
  description: "The log store must have no account that may do everything.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Set spec.auth.disableElasticUser to true, and give each group and program an account with a role of its own.",
  url: "https://www.elastic.co/docs/deploy-manage/users-roles/cluster-or-deployment-auth/managed-credentials-eck",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-03" },
    { framework: "eu-ai-act", clause: "Art. 12" },
  ],
  types: [elasticsearchType],
  check: (resource) => {
    const disabled = at(resource.props, "spec.auth.disableElasticUser");
    return disabled === true
      ? []
      : [
          `${subject(resource)} must set spec.auth.disableElasticUser to true, got ${shown(disabled)}`,
        ];
  },
});
