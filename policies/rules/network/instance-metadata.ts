import { at, number } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "network-instance-metadata",
  area: "network",
  description:
    "Instances must answer for metadata only with a session token and only to themselves.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Set metadataOptions.httpTokens to required and httpPutResponseHopLimit to 1, so that no pod gets the node's credentials.",
  url: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-03" },
    { framework: "cis-eks", clause: "5.2.1" },
  ],
  types: ["aws:ec2/launchTemplate:LaunchTemplate", "aws:ec2/instance:Instance"],
  parameters: { maximumHops: 1 },
  check: (resource, { maximumHops }) => {
    const tokens = at(resource.props, "metadataOptions.httpTokens");
    const hops = number(resource.props, "metadataOptions.httpPutResponseHopLimit") ?? 1;
    return [
      ...(tokens === "required"
        ? []
        : [
            `${subject(resource)} must set metadataOptions.httpTokens to required, got ${shown(tokens)}`,
          ]),
      ...(hops <= maximumHops
        ? []
        : [
            `${subject(resource)} must set httpPutResponseHopLimit to ${maximumHops} or less, got ${hops}`,
          ]),
    ];
  },
});
