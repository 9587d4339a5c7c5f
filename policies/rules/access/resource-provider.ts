import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "access-resource-provider",
  area: "access",
  description:
    "Every resource of a cloud or a cluster must have a provider of the program, because the default one knows neither the account nor the region nor the tags of the stack.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Give the resource, or the component around it, a provider; keep pulumi:disable-default-providers in the stack file.",
  url: "https://www.pulumi.com/docs/iac/concepts/resources/providers/",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-03" }],
  partial: true,
  types: ["aws:*", "kubernetes:*"],
  check: (resource) =>
    resource.provider === undefined || !/^default(_|$)/.test(resource.provider)
      ? []
      : [
          `${subject(resource)} must have a provider of the program, got the default one of ${resource.type.split(":")[0] ?? ""}`,
        ],
});
