import { AccessAnalyzerClient, ListAnalyzersCommand } from "@aws-sdk/client-accessanalyzer";
import { DescribeRegistryCommand, ECRClient } from "@aws-sdk/client-ecr";
import { GuardDutyClient, ListDetectorsCommand } from "@aws-sdk/client-guardduty";
import { ask, clientSettings, type Answer } from "./ask";
import { plans, type AwsStack } from "./aws-stack";
import { findingsOf, type Finding } from "./finding";

const { ok, problem, unknown } = findingsOf("one per account");

/** A type of which an account has at most one in a region. */
export interface Single {
  readonly type: string;
  /** Its name for a person. */
  readonly called: string;
  /** Ids of those that the region has, as Pulumi knows them. */
  readonly ids: (region: string, account: string) => Promise<readonly string[]>;
  /** What a second one does. */
  readonly second: string;
  /** What to do about one that is there. */
  readonly next: string;
  /** Whether the stack may use the account's own instead: `causeway:threatDetection`. */
  readonly shared: boolean;
}

const useExisting = "set causeway:threatDetection: existing in the stack file";

function usesExisting({ config }: AwsStack): boolean {
  return config.threatDetection === "existing";
}

/** Every such type that the program creates. */
export const singles: readonly Single[] = [
  {
    type: "aws:guardduty/detector:Detector",
    called: "GuardDuty detector",
    ids: async (region) => {
      const client = new GuardDutyClient({ region, ...clientSettings });
      return (await client.send(new ListDetectorsCommand({}))).DetectorIds ?? [];
    },
    second: "AWS refuses a second one",
    next: useExisting,
    shared: true,
  },
  {
    type: "aws:accessanalyzer/analyzer:Analyzer",
    called: "Access Analyzer of the account",
    ids: async (region) => {
      const client = new AccessAnalyzerClient({ region, ...clientSettings });
      const { analyzers = [] } = await client.send(new ListAnalyzersCommand({ type: "ACCOUNT" }));
      return analyzers.flatMap(({ name, type }) => (type === "ACCOUNT" && name ? [name] : []));
    },
    second: "AWS refuses a second one",
    next: useExisting,
    shared: true,
  },
  {
    type: "aws:ecr/replicationConfiguration:ReplicationConfiguration",
    called: "replication of the image registry",
    ids: async (region, account) => {
      const client = new ECRClient({ region, ...clientSettings });
      const { replicationConfiguration } = await client.send(new DescribeRegistryCommand({}));
      return (replicationConfiguration?.rules ?? []).length > 0 ? [account] : [];
    },
    second: "the stack's rules would take the place of those that are there",
    next: "give the stack an account of its own, or add the rules that are there to infra/aws/registry.ts",
    shared: false,
  },
];

/** Whether something in the account takes the one place that the stack needs. */
export async function singleFindings(stack: AwsStack): Promise<Finding[]> {
  const questions = stack.config.regions.flatMap(({ name: region }) =>
    singles
      .filter(({ type, shared }) => plans(stack, type, region) || (shared && usesExisting(stack)))
      .map(async (single) => {
        const asked = await ask(() => single.ids(region, stack.config.account));
        return singleFinding(stack, single, region, asked);
      }),
  );
  return Promise.all(questions);
}

function singleFinding(
  stack: AwsStack,
  { type, called, second, next, shared }: Single,
  region: string,
  asked: Answer<readonly string[]>,
): Finding {
  const subject = `${called} in ${region}`;
  if ("refused" in asked) return unknown(subject, asked.refused);
  const [id] = asked.answer;
  if (shared && usesExisting(stack))
    return id === undefined
      ? problem(
          subject,
          "there is none, and causeway:threatDetection says that there is",
          "create it, or remove causeway:threatDetection",
        )
      : ok(subject, `${id} is the account's, as causeway:threatDetection says`);
  if (id === undefined) return ok(subject, "there is none yet");
  const own = stack.owns(type, id);
  if (own === true) return ok(subject, `${id} is the stack's own`);
  if (own === undefined)
    return unknown(subject, `${id} exists; whether the stack owns it, only its state can say`);
  return problem(subject, `${id} exists and is not the stack's: ${second}`, next);
}
