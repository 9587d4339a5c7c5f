import { text } from "../../resources";
import { resourceRule } from "../../rule";
import { modelName, modelServiceType } from "../../models";
import { shown } from "../../kubernetes";

const version = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;
const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

export const rule = resourceRule({
  name: "governance-model-release",
  area: "governance",
  description: "Deployed models must say which release they are and when it was made.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Package the release again, and deploy its manifest unchanged.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 11" },
    { framework: "iso-42001", clause: "A.6.2.5" },
  ],
  types: [modelServiceType],
  check: (resource) => {
    const fields = [
      { path: "release.version", pattern: version, allowed: "a semantic version" },
      { path: "release.createdAt", pattern: time, allowed: "a time" },
    ];
    return fields.flatMap(({ path, pattern, allowed }) => {
      const found = text(resource.props, path);
      return found !== undefined && pattern.test(found)
        ? []
        : [`${modelName(resource)} must set ${path} to ${allowed}, got ${shown(found)}`];
    });
  },
});
