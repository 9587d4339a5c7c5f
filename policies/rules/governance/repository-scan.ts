import { at } from "../../read";
import { resourceRule } from "../../rule";
import { shown, subject } from "../workloads/subject";

export const rule = resourceRule({
  name: "governance-repository-scan",
  area: "governance",
  description: "Image repositories must scan what is pushed for known vulnerabilities.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Set imageScanningConfiguration.scanOnPush to true.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html",
  frameworks: [
    { framework: "cis-eks", clause: "5.1.1" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  types: ["aws:ecr/repository:Repository"],
  check: (resource) => {
    const scan = at(resource.props, "imageScanningConfiguration.scanOnPush");
    return scan === true ? [] : [`${subject(resource)} must set imageScanningConfiguration.scanOnPush to true, got ${shown(scan)}`];
  },
});
