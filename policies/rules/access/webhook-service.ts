import { shown, subject } from "../../kubernetes";
import { at, list, text } from "../../resources";
import { resourceRule } from "../../rule";

export const rule = resourceRule({
  name: "access-webhook-service",
  area: "access",
  description:
    "A webhook of admission must be a service of the cluster, and one that validates must refuse when it does not answer.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Name a Service in clientConfig.service in place of a URL; set failurePolicy to Fail on webhooks that validate.",
  url: "https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/",
  frameworks: [
    { framework: "cis-eks", clause: "4.1.8" },
    { framework: "ml-lens", clause: "MLSEC-09" },
  ],
  types: ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"].map(
    (kind) => `kubernetes:admissionregistration.k8s.io/v1:${kind}`,
  ),
  check: (configuration) =>
    list(configuration.props, "webhooks").flatMap((webhook) => {
      const must = (rest: string) =>
        `webhook ${shown(text(webhook, "name"))} of ${subject(configuration)} must ${rest}`;
      const url = text(webhook, "clientConfig.url");
      const failure = at(webhook, "failurePolicy") ?? "Fail";
      return [
        ...(url === undefined ? [] : [must(`be a service of the cluster, got ${url}`)]),
        ...(configuration.type.includes(":Validating") && failure !== "Fail"
          ? [must(`have failurePolicy Fail, got ${shown(failure)}`)]
          : []),
      ];
    }),
});
