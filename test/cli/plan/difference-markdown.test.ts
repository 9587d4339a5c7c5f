import { differenceOf, type WrittenPlan } from "../../../cli/plan/difference";
import { differenceMarkdown, longestComment } from "../../../cli/plan/difference-markdown";

type Resource = WrittenPlan["resources"][number];

function resource(
  type: string,
  name: string,
  area: string,
  more: Partial<Resource> = {},
): Resource {
  return {
    type,
    name,
    urn: `urn:pulumi:dev::causeway::${type}::${name}`,
    region: "eu-west-1",
    area,
    custom: true,
    inputs: { name },
    options: { dependencies: [] },
    ...more,
  };
}

const finding = (rule: string, message: string) => ({ rule, enforcement: "mandatory", message });

function plan(resources: Resource[], more: object = {}): WrittenPlan {
  return {
    stack: "dev",
    verdict: "clean",
    cost: { totalMonthlyUsd: 497.2 },
    violations: [],
    resources,
    ...more,
  };
}

function comment(earlier: WrittenPlan | undefined, later: WrittenPlan): string {
  const difference = differenceOf("dev", earlier, later);
  return differenceMarkdown([{ difference, earlier, later }], []);
}

const vpc = resource("aws:ec2/vpc:Vpc", "network", "Network");
const bucket = resource("aws:s3/bucket:Bucket", "data", "Buckets", { region: "global" });
const cluster = resource("aws:eks/cluster:Cluster", "cluster", "Cluster", {
  options: { dependencies: [vpc.urn] },
});

describe("the comment of a pull request", () => {
  it("is one row for a stack that stays the same", () => {
    expect(comment(plan([vpc]), plan([vpc]))).toBe(
      [
        "## What changes",
        "",
        "| stack | verdict | added | removed | renamed | changed | cost a month | findings |",
        "| --- | --- | ---: | ---: | ---: | ---: | --- | --- |",
        "| dev | clean | 0 | 0 | 0 | 0 | $497 (unchanged) | 0 new, 0 gone |",
        "",
        "",
      ].join("\n"),
    );
  });

  it("has counts, cost before and after, and findings that are new and gone", () => {
    const text = comment(
      plan([vpc, bucket], { violations: [finding("old-rule", "old message")] }),
      plan([{ ...vpc, inputs: { name: "other" } }, cluster], {
        verdict: "violations",
        cost: { totalMonthlyUsd: 570 },
        violations: [finding("new-rule", "ask @somebody for `this`")],
      }),
    );
    expect(text).toContain(
      "| dev | **refused** | 1 | 1 | 0 | 1 | $497 → $570 (+$73) | 1 new, 1 gone |",
    );
    expect(text).toContain("| Cluster | eu-west-1 | 1 | 0 | 0 |");
    expect(text).toContain("| Network | eu-west-1 | 0 | 0 | 1 |");
    expect(text).toContain("| Buckets | global | 0 | 1 | 0 |");
    expect(text).toContain(
      "**New findings**\n\n- mandatory `new-rule`: `` ask @somebody for `this` ``\n",
    );
    expect(text).toContain(
      "**Findings that are gone**\n\n- mandatory `old-rule`: ` old message `\n",
    );
    expect(text).toMatch(/<details>[^]*\n {2}\+ aws:eks\/cluster:Cluster cluster \(eu-west-1\)\n/);
  });

  it("draws the areas that change, each on what it is built on", () => {
    const text = comment(
      plan([vpc, bucket]),
      plan([{ ...vpc, inputs: { name: "other" } }, cluster]),
    );
    expect(/```mermaid\n([^]*?)\n```/.exec(text)?.[1]?.split("\n").slice(0, 9)).toEqual([
      "flowchart LR",
      '  subgraph r0["eu-west-1"]',
      '    a0["Cluster<br/>+1"]:::added',
      '    a1["Network<br/>~1"]:::changed',
      "  end",
      '  subgraph r1["global"]',
      '    a2["Buckets<br/>−1"]:::removed',
      "  end",
      "  a1 --> a0",
    ]);
  });

  it("says of a new stack that it is new, and of one that cannot be planned why", () => {
    const later = plan([vpc]);
    const difference = differenceOf("dev", undefined, later);
    const text = differenceMarkdown(
      [{ difference, earlier: undefined, later }],
      [{ stack: "prod", message: "Pulumi.prod.yaml: no ``` here" }],
    );
    expect(text).toContain("| dev (new) | clean | 1 | 0 | 0 | 0 | $497 | 0 new, 0 gone |");
    expect(text).toContain("| prod | **not planned** | | | | | | |");
    expect(text).toContain("````text\nPulumi.prod.yaml: no ``` here\n````");
  });

  it("is cut with a note where GitHub would refuse it", () => {
    const many = Array.from({ length: 3_000 }, (_, i) =>
      resource("aws:sqs/queue:Queue", `queue-${i}`, `Area ${i % 60}`),
    );
    const text = comment(plan([vpc]), plan([vpc, ...many]));
    expect(text.length).toBeLessThan(longestComment);
    expect(text.length).toBeGreaterThan(longestComment / 2);
    expect(text).toMatch(
      /Cut after \d+ of \d+ characters: plan\.json in the report has the rest\./,
    );
    expect(text).toContain("| and 40 more areas | | | | |");
    expect(text).toContain('more["and 20 more areas"]');
    expect(text).toMatch(/<\/details>\n+$/);
  });
});
