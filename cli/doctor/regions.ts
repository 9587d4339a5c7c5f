import { DescribeRegionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { ask, clientSettings } from "./ask";
import type { AwsStack } from "./aws-stack";
import { findingsOf, type Finding } from "./finding";

const { ok, problem, unknown } = findingsOf("regions");

/** Every account may ask this region about all others. */
const always = "us-east-1";

/** Newer regions take no call before the account opts in. */
export async function regionFindings({ config }: AwsStack): Promise<Finding[]> {
  const ec2 = new EC2Client({ region: always, ...clientSettings });
  const asked = await ask(() => ec2.send(new DescribeRegionsCommand({ AllRegions: true })));
  return config.regions.map(({ name }) => {
    if ("refused" in asked) return unknown(name, asked.refused);
    const found = asked.answer.Regions?.find(({ RegionName }) => RegionName === name);
    if (found === undefined)
      return problem(name, "AWS has no such region for this account", "mend causeway:regions");
    return found.OptInStatus === "not-opted-in"
      ? problem(
          name,
          "is not enabled for this account",
          `aws account enable-region --region-name ${name}`,
        )
      : ok(name, "is enabled");
  });
}
