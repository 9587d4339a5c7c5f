import { resourceRule } from "../../rule";
import { rolloutType, subject } from "../../kubernetes";
import { labelKeys } from "../../../services/contract/labels";
import { mark, servesModel } from "../../models";

export const rule = resourceRule({
  name: "governance-rollout-labels",
  area: "governance",
  description:
    "Rollouts of models must say whose release of which model they serve, so that an event can be traced to it.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: `Set the labels ${labelKeys.owner}, ${labelKeys.riskTier} and ${labelKeys.release}.`,
  url: "https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 12" },
    { framework: "iso-42001", clause: "A.6.2.8" },
  ],
  types: [rolloutType],
  check: (resource) =>
    [labelKeys.riskTier, labelKeys.owner, labelKeys.release].flatMap((key) =>
      servesModel(resource) && (mark(resource, key) ?? "") === ""
        ? [`${subject(resource)} must have the label ${key}, got nothing`]
        : [],
    ),
});
