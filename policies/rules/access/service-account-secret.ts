import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "access-service-account-secret",
  area: "access",
  description: "A Secret must not hold a token of a service account, since it does not expire.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Remove it: pods get tokens that expire, and `kubectl create token` gives one for minutes.",
  url: "https://kubernetes.io/docs/concepts/security/service-accounts/#get-a-token",
  frameworks: [
    { framework: "cis-eks", clause: "4.1.6" },
    { framework: "ml-lens", clause: "MLSEC-03" },
  ],
  types: ["kubernetes:core/v1:Secret"],
  check: (secret) =>
    at(secret.props, "type") === "kubernetes.io/service-account-token"
      ? [`${subject(secret)} must not be a token that does not expire`]
      : [],
});
