import { jsonOrNothing } from "../../../services/contract/json";
import { at, record } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "cost-provider-tags",
  area: "cost",
  description:
    "Everything on AWS must carry the tags by which cost is told apart, and stacks in policies.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Set defaultTags.tags on the provider, so that no resource can be forgotten.",
  url: "https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/cost-alloc-tags.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLCOST-20" },
    { framework: "ml-lens", clause: "MLCOST-27" },
  ],
  types: ["pulumi:providers:aws"],
  parameters: { tags: ["causeway:environment", "causeway:owner", "causeway:stack"] },
  check: (provider, { tags }) => {
    const given = record(defaultTags(at(provider.props, "defaultTags")), "tags");
    const missing = tags.filter((tag) => typeof given[tag] !== "string" || given[tag] === "");
    return missing.length === 0
      ? []
      : [`${subject(provider)} must set the default tags ${missing.join(", ")}`];
  },
});

/** The engine hands structured inputs of a provider over as JSON text. */
function defaultTags(given: unknown): unknown {
  return typeof given === "string" ? jsonOrNothing(given) : given;
}
