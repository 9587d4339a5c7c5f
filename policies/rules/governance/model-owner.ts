import { text } from "../../resources";
import { resourceRule } from "../../rule";
import { modelName, modelServiceType } from "../../models";
import { shown } from "../../kubernetes";

export const rule = resourceRule({
  name: "governance-model-owner",
  area: "governance",
  description: "Models must have a team that owns them.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Set owner.team in the model's contract.",
  url: "https://airc.nist.gov/airmf-resources/airmf/",
  frameworks: [
    { framework: "nist-ai-rmf", clause: "GOVERN 2.1" },
    { framework: "eu-ai-act", clause: "Art. 17(1)" },
  ],
  types: [modelServiceType],
  check: (resource) => {
    const team = text(resource.props, "ownerTeam");
    return team !== undefined && team.trim() !== ""
      ? []
      : [`${modelName(resource)} must name the team that owns it in ownerTeam, got ${shown(team)}`];
  },
});
