import type { AwsStack } from "../../../cli/doctor/aws-stack";
import { plannedStack } from "../../../cli/doctor/planned";
import { fixtureProject } from "../../harness/fixtures";
import { startFakeAws, type FakeAws } from "./fake-aws";

/** The stack `dev` on an AWS that answers as a test says; `stop` gives the environment back. */
export async function devOnFakeAws(): Promise<{
  readonly aws: FakeAws;
  readonly stack: AwsStack;
  readonly stop: () => Promise<void>;
}> {
  const plain = { ...process.env };
  const aws = await startFakeAws();
  const { config, resources } = await plannedStack(fixtureProject, "dev");
  if (config?.target !== "aws") throw new Error("dev is no stack on AWS");
  process.env["AWS_ENDPOINT_URL"] = aws.endpoint;
  process.env["AWS_ACCESS_KEY_ID"] = process.env["AWS_SECRET_ACCESS_KEY"] = "test";
  const stop = () => {
    process.env = plain;
    return aws.stop();
  };
  return { aws, stack: { name: "dev", config, resources, owns: () => false }, stop };
}
