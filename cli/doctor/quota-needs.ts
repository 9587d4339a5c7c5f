import { generalNodes, minimums, reservation, type Reservation } from "../../infra/cost/estimate";
import { assumptions, at, cores, textAt } from "../../infra/cost/prices";
import { viewOf, type RecordedResource } from "../plan/resource";

/** A quota of AWS that a new account may have too little of. */
export interface Quota {
  readonly called: string;
  /** As Service Quotas names the service and the quota. */
  readonly service: "ec2" | "vpc";
  readonly code: string;
  /** What AWS gives a new account in a region (docs.aws.amazon.com/general/latest/gr). */
  readonly initial: number;
  /** What the stack needs in a region at rest. */
  readonly need: (region: RegionPlan) => number;
  /** What its node pools may grow to; absent where they do not matter. */
  readonly most?: (region: RegionPlan) => number;
  /** What already counts against it. */
  readonly use: "addresses" | "networks" | "standard" | "graphics" | "none";
}

/** What a stack plans in one region. */
export interface RegionPlan {
  readonly count: (type: string) => number;
  /** Interface endpoints of the network. */
  readonly interfaceEndpoints: number;
  /** vCPUs of the nodes that run at rest. */
  readonly generalCpu: number;
  readonly graphicsCpu: number;
  /** The limits of node pools: vCPUs in general ones, GPUs in the others. */
  readonly generalLimit: number;
  readonly graphicsLimit: number;
}

/** Quotas that stacks have been stopped by; the others of the plan's types leave room for dozens. */
export const quotas: readonly Quota[] = [
  {
    called: "Elastic IP addresses",
    service: "ec2",
    code: "L-0263D0A3",
    initial: 5,
    need: ({ count }) => count("aws:ec2/eip:Eip"),
    use: "addresses",
  },
  {
    called: "VPCs",
    service: "vpc",
    code: "L-F678F1CE",
    initial: 5,
    need: ({ count }) => count("aws:ec2/vpc:Vpc"),
    use: "networks",
  },
  {
    called: "interface endpoints of a VPC",
    service: "vpc",
    code: "L-29B6F2EB",
    initial: 50,
    need: ({ interfaceEndpoints }) => interfaceEndpoints,
    use: "none",
  },
  {
    called: "vCPUs of on-demand standard instances",
    service: "ec2",
    code: "L-1216C47A",
    initial: 5,
    need: ({ generalCpu }) => generalCpu,
    most: ({ generalLimit }) => generalLimit,
    use: "standard",
  },
  {
    called: "vCPUs of on-demand G and VT instances",
    service: "ec2",
    code: "L-DB2E81BA",
    initial: 0,
    need: ({ graphicsCpu }) => graphicsCpu,
    most: ({ graphicsLimit }) => graphicsLimit * assumptions.nodeCpu,
    use: "graphics",
  },
];

const nodePool = "kubernetes:karpenter.sh/v1:NodePool";

/** What the resources of a plan need in one region. */
export function regionPlan(resources: readonly RecordedResource[], region: string): RegionPlan {
  const views = resources.map((resource) => ({ ...viewOf(resource), region: resource.region }));
  const least = minimums(views);
  const here = resources.filter((resource) => resource.region === region);
  const reserved = views
    .filter((view) => view.region === region)
    .map((view) => reservation(view, least));
  const pools = here.filter(({ type }) => type === nodePool);
  const limit = (name: string) =>
    pools.reduce((total, { inputs }) => total + cores(at(inputs, "spec", "limits", name)), 0);
  return {
    count: (type) => here.filter((resource) => resource.type === type).length,
    interfaceEndpoints: here.filter(
      ({ type, inputs }) =>
        type === "aws:ec2/vpcEndpoint:VpcEndpoint" &&
        textAt(inputs, "vpcEndpointType") === "Interface",
    ).length,
    generalCpu: cpuOfNodes(reserved.filter(({ gpus }) => gpus === 0)),
    graphicsCpu: reserved.reduce((total, { gpus }) => total + gpus, 0) * assumptions.nodeCpu,
    generalLimit: limit("cpu"),
    graphicsLimit: limit("nvidia.com/gpu"),
  };
}

/** Whole nodes of the size that the cost estimate assumes. */
function cpuOfNodes(reserved: readonly Reservation[]): number {
  const [cpu, memory] = reserved.reduce(
    ([cores, gibibytes], one) => [cores + one.cpu, gibibytes + one.memoryGiB],
    [0, 0],
  );
  return Math.ceil(generalNodes(cpu, memory)) * assumptions.nodeCpu;
}

/** What stacks need of each quota in a region, as a table of docs/first-run.md. */
export function quotaTable(
  stacks: readonly { readonly name: string; readonly resources: readonly RecordedResource[] }[],
): string {
  const columns = stacks.flatMap(({ name, resources }) => {
    const regions = [
      ...new Set(
        resources.filter(({ type }) => type === "aws:ec2/vpc:Vpc").map((one) => one.region),
      ),
    ];
    return regions.map((region) => ({
      title: `${name} in ${region}`,
      plan: regionPlan(resources, region),
    }));
  });
  const rows = quotas.map((quota) => {
    const cells = columns.map(({ plan }) => {
      const most = quota.most?.(plan) ?? 0;
      return `${quota.need(plan)}${most > 0 ? `, at most ${most}` : ""}`;
    });
    return [`${quota.called} (\`${quota.code}\`)`, String(quota.initial), ...cells];
  });
  const header = ["quota", "new account", ...columns.map(({ title }) => title)];
  return [header, header.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}
