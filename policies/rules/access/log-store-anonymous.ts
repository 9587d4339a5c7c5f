import { elasticsearchType, kibanaType, settingsOf } from "../../elastic";
import { at, list } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "access-log-store-anonymous",
  area: "access",
  description: "The log store must let nobody in without an account.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Leave xpack.security.enabled on and configure no anonymous user or sign-in.",
  url: "https://www.elastic.co/docs/deploy-manage/users-roles/cluster-or-deployment-auth/anonymous-access",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-03" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  types: [elasticsearchType, kibanaType],
  check: (resource) =>
    [
      ...list(resource.props, "spec.nodeSets").map((set) => at(set, "config")),
      at(resource.props, "spec.config"),
    ].flatMap((config) =>
      [...settingsOf(config)].flatMap(([name, value]) => {
        if (name === "xpack.security.enabled" && value !== true)
          return [`${subject(resource)} must leave xpack.security.enabled on, got ${shown(value)}`];
        return /^xpack\.security\.authc\.(providers\.)?anonymous$|^xpack\.security\.authc\.(providers\.)?anonymous\./.test(
          name,
        )
          ? [`${subject(resource)} must not configure anonymous access, got ${name}`]
          : [];
      }),
    ),
});
