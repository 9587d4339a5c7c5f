import {
  EC2Client,
  paginateDescribeInstances,
  DescribeAddressesCommand,
  paginateDescribeVpcs,
  type Instance,
} from "@aws-sdk/client-ec2";
import { GetServiceQuotaCommand, ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { textAt } from "../../infra/cost/prices";
import { ask, clientSettings, type Answer } from "./ask";
import { ofType, type AwsStack } from "./aws-stack";
import { findingsOf, type Finding } from "./finding";
import { quotas, regionPlan, type Quota, type RegionPlan } from "./quota-needs";

const { ok, problem, unknown } = findingsOf("quotas");

/** What counts against a quota without being the stack's. */
interface Use {
  readonly others: number;
  /** Of them, those that may be the stack's own: its state does not say. */
  readonly uncertain: number;
}

/** Whether each region has room for the stack beside what others use. */
export async function quotaFindings(stack: AwsStack): Promise<Finding[]> {
  const findings = await Promise.all(
    stack.config.regions.map(({ name: region }) => {
      const planned = regionPlan(stack.resources, region);
      return Promise.all(quotas.map((quota) => quotaFinding(stack, quota, region, planned)));
    }),
  );
  return findings.flat();
}

async function quotaFinding(
  stack: AwsStack,
  quota: Quota,
  region: string,
  planned: RegionPlan,
): Promise<Finding> {
  const subject = `${quota.called} in ${region}`;
  const need = quota.need(planned);
  const most = quota.most?.(planned) ?? 0;
  const growth = most > need ? `; node pools may grow to ${most}` : "";
  if (need === 0) return ok(subject, `the stack needs none at rest${growth}`);
  const [value, use] = await Promise.all([
    ask(() => appliedValue(quota, region)),
    ask(() => useOf(stack, quota, region)),
  ]);
  return quotaVerdict({ subject, quota, region, need, growth, value, use });
}

interface Asked {
  readonly subject: string;
  readonly quota: Pick<Quota, "service" | "code">;
  readonly region: string;
  readonly need: number;
  readonly growth: string;
  readonly value: Answer<number | undefined>;
  readonly use: Answer<Use>;
}

/** The verdict on one quota; an answer that is missing is never taken for room. */
export function quotaVerdict({ subject, quota, region, need, growth, value, use }: Asked): Finding {
  const { service, code } = quota;
  const look = `aws service-quotas get-service-quota --service-code ${service} --quota-code ${code} --region ${region}`;
  const needs = `the stack needs ${need}${growth}`;
  if ("refused" in value) return unknown(subject, `${needs}; ${value.refused}`, look);
  if (value.answer === undefined)
    return unknown(subject, `${needs}; AWS tells no value (${code})`, look);
  // What is too little for the stack alone needs no second answer.
  const raise = (wanted: number) =>
    `aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value ${wanted} --region ${region}`;
  if (value.answer < need)
    return problem(subject, `${needs}; the quota is ${value.answer}`, raise(need));
  if ("refused" in use)
    return unknown(
      subject,
      `${needs}; the quota is ${value.answer}, and what others use is not known: ${use.refused}`,
    );
  const { others, uncertain } = use.answer;
  const says = `${needs}; the quota is ${value.answer}, others use ${others}`;
  if (others + need <= value.answer) return ok(subject, says);
  return others - uncertain + need <= value.answer
    ? unknown(subject, `${says}, or some of it is the stack's: only its state can say`)
    : problem(subject, says, raise(others + need));
}

async function appliedValue({ service, code }: Quota, region: string): Promise<number | undefined> {
  const client = new ServiceQuotasClient({ region, ...clientSettings });
  const { Quota: found } = await client.send(
    new GetServiceQuotaCommand({ ServiceCode: service, QuotaCode: code }),
  );
  return found?.Value;
}

async function useOf(stack: AwsStack, { use }: Quota, region: string): Promise<Use> {
  const client = new EC2Client({ region, ...clientSettings });
  const unowned = (type: string, ids: readonly (string | undefined)[]): Use => {
    const owned = ids.map((id) => stack.owns(type, id ?? ""));
    return {
      others: owned.filter((own) => own !== true).length,
      uncertain: owned.filter((own) => own === undefined).length,
    };
  };
  if (use === "none") return { others: 0, uncertain: 0 };
  if (use === "addresses") {
    const { Addresses = [] } = await client.send(new DescribeAddressesCommand({}));
    const ids = Addresses.map(({ AllocationId }) => AllocationId);
    return unowned("aws:ec2/eip:Eip", ids);
  }
  if (use === "networks") {
    const ids: (string | undefined)[] = [];
    for await (const { Vpcs = [] } of paginateDescribeVpcs({ client }, {}))
      ids.push(...Vpcs.map(({ VpcId }) => VpcId));
    return unowned("aws:ec2/vpc:Vpc", ids);
  }
  return { others: await cpusOfOthers(client, stack, region, use), uncertain: 0 };
}

/** Letters of the types that count together (AWS, On-Demand Instance quotas). */
const families = { standard: /^[acdhimrtz]\d/, graphics: /^(g|vt)\d/ } as const;

/** vCPUs of running on-demand instances that are no nodes of the stack's clusters. */
async function cpusOfOthers(
  client: EC2Client,
  stack: AwsStack,
  region: string,
  family: keyof typeof families,
): Promise<number> {
  const clusters = ofType(stack, "aws:eks/cluster:Cluster", region).map(({ inputs }) =>
    textAt(inputs, "name"),
  );
  const counts = ({ InstanceType, InstanceLifecycle, Tags = [] }: Instance) =>
    families[family].test(InstanceType ?? "") &&
    InstanceLifecycle !== "spot" &&
    !Tags.some(({ Key, Value }) => Key === "aws:eks:cluster-name" && clusters.includes(Value));
  let cpus = 0;
  const running = { Filters: [{ Name: "instance-state-name", Values: ["pending", "running"] }] };
  for await (const { Reservations = [] } of paginateDescribeInstances({ client }, running))
    for (const one of Reservations.flatMap(({ Instances = [] }) => Instances).filter(counts))
      cpus += (one.CpuOptions?.CoreCount ?? 0) * (one.CpuOptions?.ThreadsPerCore ?? 0);
  return cpus;
}
