import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "access-repository-scan",
  area: "access",
  description: "Images must be scanned for known vulnerabilities when they are pushed.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Set imageScanningConfiguration.scanOnPush to true.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html",
  frameworks: [
    { framework: "cis-eks", clause: "5.1.1" },
    { framework: "ml-lens", clause: "MLSEC-11" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  types: ["aws:ecr/repository:Repository"],
  check: (repository) => {
    const scans = at(repository.props, "imageScanningConfiguration.scanOnPush");
    return scans === true
      ? []
      : [
          `${subject(repository)} must set imageScanningConfiguration.scanOnPush to true, got ${shown(scans)}`,
        ];
  },
});
