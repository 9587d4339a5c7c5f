import { record } from "../../resources";
import { resourceRule } from "../../rule";
import { subject, namesSecret, secretIn } from "../../kubernetes";

export const rule = resourceRule({
  name: "access-config-secret",
  area: "access",
  description: "A ConfigMap must not hold a credential.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Put it into Secrets Manager, or into a Secret that is mounted as a file, and replace it: it has been read.",
  url: "https://kubernetes.io/docs/concepts/configuration/configmap/",
  frameworks: [
    { framework: "cis-eks", clause: "4.4.2" },
    { framework: "ml-lens", clause: "MLSEC-05" },
  ],
  types: ["kubernetes:core/v1:ConfigMap"],
  check: (config) =>
    Object.entries(record(config.props, "data")).flatMap(([key, value]) => {
      if (typeof value !== "string" || value === "") return [];
      const found =
        secretIn(value) ?? (namesSecret(key) ? "what its name calls a credential" : undefined);
      return found === undefined
        ? []
        : [`${subject(config)} must not hold a credential, got ${found} in ${key}`];
    }),
});
