import { text } from "../../resources";
import { stackRule } from "../../rule";

export const rule = stackRule({
  name: "reliability-network-zones",
  area: "reliability",
  description: "The subnets of a region must lie in several zones.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Create a subnet in each of the zones that the region's network plans.",
  url: "https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/availability-zones.html",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  parameters: { minimum: 3 },
  check: (resources, { minimum }) => {
    const regions = new Map<string, Set<string>>();
    for (const { type, props } of resources) {
      const zone = type === "aws:ec2/subnet:Subnet" ? text(props, "availabilityZone") : undefined;
      if (zone === undefined) continue;
      // A zone is its region and a letter: eu-west-1a.
      const region = zone.slice(0, -1);
      regions.set(region, (regions.get(region) ?? new Set()).add(zone));
    }
    return [...regions].flatMap(([region, zones]) =>
      zones.size >= minimum
        ? []
        : [
            {
              message: `Subnets in ${region} must lie in ${minimum} or more zones, got ${[...zones].join(", ")}`,
            },
          ],
    );
  },
});
