import { elasticsearchType } from "../../elastic";
import { list, text } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "encryption-log-store-volumes",
  area: "encryption",
  description: "Elasticsearch must keep logs on volumes of an encrypted storage class.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Give each set of nodes a volumeClaimTemplate elasticsearch-data whose storageClassName is one of the parameter `classes`.",
  url: "https://www.elastic.co/docs/deploy-manage/deploy/cloud-on-k8s/volume-claim-templates",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-02" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  types: [elasticsearchType],
  parameters: { classes: ["causeway-encrypted"] },
  check: (resource, { classes }) =>
    list(resource.props, "spec.nodeSets").flatMap((set) => {
      const which = `node set ${shown(text(set, "name"))} of ${subject(resource)}`;
      const data = list(set, "volumeClaimTemplates").find(
        (claim) => text(claim, "metadata.name") === "elasticsearch-data",
      );
      // Without one of that name the operator makes a claim of the cluster's default class.
      if (data === undefined)
        return [`${which} must have a volumeClaimTemplate elasticsearch-data, got none`];
      const storageClass = text(data, "spec.storageClassName");
      return storageClass !== undefined && classes.includes(storageClass)
        ? []
        : [
            `${which} must use a storage class out of ${classes.join(", ")}, got ${shown(storageClass)}`,
          ];
    }),
});
