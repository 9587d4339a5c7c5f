import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  changesOf,
  differenceOf,
  isSame,
  readPlan,
  type PlanDifference,
  type WrittenPlan,
} from "../../../cli/plan/difference";
import { differenceText } from "../../../cli/plan/difference-text";

type Resource = WrittenPlan["resources"][number];

const unset = { dependencies: [], protect: false, propertyDependencies: {} };

function resource(type: string, name: string, more: Partial<Resource> = {}): Resource {
  return {
    type,
    name,
    urn: `urn:pulumi:dev::causeway::${type}::${name}`,
    region: "global",
    custom: true,
    inputs: { name },
    options: unset,
    ...more,
  };
}

function plan(...resources: Resource[]): WrittenPlan {
  return { stack: "dev", verdict: "clean", counts: { resources: resources.length }, resources };
}

const between = (earlier: WrittenPlan, later: WrittenPlan): PlanDifference =>
  differenceOf("dev", earlier, later);

const bucket = resource("aws:s3/bucket:Bucket", "data", { inputs: { bucket: "data" } });
const map = resource("kubernetes:core/v1:ConfigMap", "rules", {
  inputs: { data: { "rules.yaml": "a" }, metadata: { labels: { tier: "gold" } } },
  options: { ...unset, dependencies: [bucket.urn] },
});

describe("the difference between two plans", () => {
  it("is empty for a plan and itself", () => {
    const difference = between(plan(bucket, map), plan(map, bucket));
    expect(isSame(difference)).toBe(true);
    expect(differenceText(difference, "out")).toBe("dev: the same as in out");
  });

  it("tells added from removed", () => {
    const queue = resource("aws:sqs/queue:Queue", "jobs");
    const difference = between(plan(bucket, map), plan(bucket, queue));
    expect(difference.added.map(({ name }) => name)).toEqual(["jobs"]);
    expect(difference.removed.map(({ name }) => name)).toEqual(["rules"]);
    expect(differenceText(difference, "out").split("\n")).toEqual([
      "dev: against out 1 added, 1 removed, 0 renamed, 0 changed, 0 with other digests alone",
      "  + aws:sqs/queue:Queue jobs (global)",
      "  - kubernetes:core/v1:ConfigMap rules (global)",
    ]);
  });

  it("names the path, the old and the new value of each input and option that changed", () => {
    const later = {
      ...map,
      region: "eu-west-1",
      inputs: { data: { "rules.yaml": "b" }, metadata: { labels: {} }, immutable: true },
      options: { ...map.options, protect: true, dependencies: [] },
    };
    const { changed, ...others } = between(plan(bucket, map), plan(bucket, later));
    expect(others).toMatchObject({ added: [], removed: [], renamed: [], figures: [] });
    expect(changed).toHaveLength(1);
    expect(changed[0]?.changes).toEqual([
      { path: 'data["rules.yaml"]', before: "a", after: "b", digestsOnly: false },
      { path: "metadata.labels.tier", before: "gold", digestsOnly: false },
      { path: "immutable", after: true, digestsOnly: false },
      { path: "region", before: "global", after: "eu-west-1", digestsOnly: false },
      { path: "options.dependencies", before: bucket.urn, digestsOnly: false },
      { path: "options.protect", before: false, after: true, digestsOnly: false },
    ]);
  });

  it("takes a resource with the same inputs under another name or type for renamed", () => {
    const [renamed, retyped] = [
      { ...bucket, name: "records", urn: bucket.urn.replace("data", "records") },
      resource("kubernetes:core/v1:Secret", "rules", { inputs: map.inputs }),
    ];
    const difference = between(
      plan(bucket, map),
      plan(renamed, { ...retyped, options: { ...map.options, dependencies: [renamed.urn] } }),
    );
    expect(difference).toMatchObject({ added: [], removed: [], changed: [] });
    expect(difference.renamed).toMatchObject([
      { from: { name: "rules" }, to: { type: "kubernetes:core/v1:Secret" }, changes: [] },
      { from: { name: "data" }, to: { name: "records" }, changes: [] },
    ]);
    expect(differenceText(difference, "out")).toContain(
      "  > aws:s3/bucket:Bucket data (global)\n    -> aws:s3/bucket:Bucket records (global)",
    );
  });

  it("follows what a renamed component holds, by the type of the parent in the URN", () => {
    const holder = (type: string) => resource(type, "entry", { custom: false, inputs: {} });
    const child = (type: string) => ({
      ...bucket,
      urn: `urn:pulumi:dev::causeway::${type}$aws:s3/bucket:Bucket::data`,
    });
    const [old, now] = ["causeway:global:Entry", "causeway:regional:Entry"];
    const difference = between(
      plan(holder(old!), child(old!), { ...map, inputs: { of: child(old!).urn } }),
      plan(holder(now!), child(now!), { ...map, inputs: { of: child(now!).urn } }),
    );
    expect(difference).toMatchObject({ added: [], removed: [], changed: [] });
    expect(difference.renamed).toMatchObject([
      { from: { urn: child(old!).urn }, to: { urn: child(now!).urn }, changes: [] },
      { from: { type: old }, to: { type: now }, changes: [] },
    ]);
  });

  it("does not guess which of several equal resources was renamed", () => {
    const role = (name: string) =>
      resource("aws:iam/role:Role", name, { inputs: { path: "/causeway/" } });
    const difference = between(plan(role("a"), role("b")), plan(role("c"), role("d")));
    expect(difference.added).toHaveLength(2);
    expect(difference.removed).toHaveLength(2);
    expect(difference.renamed).toEqual([]);
  });

  it("tells digests that follow from a changed source from other changes", () => {
    const image = (digest: string, replicas: number) => ({
      ...map,
      inputs: { image: `registry.example.com/a@sha256:${digest.repeat(8)}`, replicas },
    });
    const digests = between(plan(image("0a1b2c3d", 1)), plan(image("9f8e7d6c", 1)));
    expect(digests.changed[0]?.changes).toMatchObject([{ path: "image", digestsOnly: true }]);
    expect(differenceText(digests, "out").split("\n")).toEqual([
      "dev: against out 0 added, 0 removed, 0 renamed, 0 changed, 1 with other digests alone",
      "  ~ kubernetes:core/v1:ConfigMap rules (global)",
      "      # image",
    ]);
    const both = between(plan(image("0a1b2c3d", 1)), plan(image("9f8e7d6c", 2)));
    expect(differenceText(both, "out")).toContain("      # image\n      replicas: 1 -> 2");
    const [account] = changesOf({ owner: "111122223333" }, { owner: "444455556666" });
    expect(account).toMatchObject({ path: "owner", digestsOnly: false });
  });

  it("prints one list of changes for all resources that changed in the same way", () => {
    const names = Array.from({ length: 8 }, (_, i) => `bucket-${i}`);
    const tagged = (team: string) =>
      plan(...names.map((name) => resource("aws:s3/bucket:Bucket", name, { inputs: { team } })));
    expect(
      differenceText(between(tagged("a"), tagged("b")), "out")
        .split("\n")
        .slice(1),
    ).toEqual([
      ...names.slice(0, 6).map((name) => `  ~ aws:s3/bucket:Bucket ${name} (global)`),
      "  ~ and 2 more",
      '      team: "a" -> "b"',
    ]);
  });

  it("shows what the stack as a whole differs in, and not what follows from its resources", () => {
    const later = { ...plan(bucket), verdict: "violations", counts: { resources: 7 } };
    expect(between(plan(bucket), later).figures).toEqual([
      { path: "verdict", before: "clean", after: "violations", digestsOnly: false },
    ]);
  });

  it("takes every resource of a stack without an earlier plan for new", () => {
    const difference = differenceOf("dev", undefined, plan(bucket));
    expect(difference).toMatchObject({ known: false, figures: [] });
    expect(difference.added).toHaveLength(1);
    expect(differenceText(difference, "out")).toBe("dev: no plan in out, all 1 resources are new");
  });
});

describe("the changes of a value", () => {
  const paths = (before: unknown, after: unknown) =>
    changesOf(before, after).map(({ path }) => path);

  it("are those of the items that were put into or taken out of a list", () => {
    expect(changesOf({ a: [1, 2, 3] }, { a: [1, 9, 2, 3] })).toEqual([
      { path: "a[1]", after: 9, digestsOnly: false },
    ]);
    expect(paths([{ x: 1 }, { x: 2 }], [{ x: 1 }, { x: 3 }])).toEqual(["[1].x"]);
  });

  it("are those inside a text of JSON, and the text where only its form differs", () => {
    const text = (value: unknown, space?: number) => ({
      policy: JSON.stringify(value, null, space),
    });
    expect(paths(text({ a: { b: 1 } }), text({ a: { b: 2 } }))).toEqual(["policy.a.b"]);
    expect(paths(text({ a: 1 }), text({ a: 1 }, 2))).toEqual(["policy"]);
  });

  it("show a long text where it differs", () => {
    const long = "x".repeat(500);
    const [change] = changesOf(`${long}old${long}`, `${long}new${long}`);
    expect(change?.before).toMatch(/^\.\.\.x{50}oldx+\.\.\.$/);
    expect(change?.after).toMatch(/^\.\.\.x{50}newx+\.\.\.$/);
  });
});

describe("an earlier plan", () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "difference-"))));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is read from its folder, missing there, or refused", () => {
    mkdirSync(join(folder, "dev"));
    mkdirSync(join(folder, "prod"));
    writeFileSync(join(folder, "dev", "plan.json"), JSON.stringify(plan(bucket)));
    writeFileSync(join(folder, "prod", "plan.json"), '{"stack": "prod"}');
    expect(readPlan(folder, "dev")?.resources).toEqual([bucket]);
    expect(readPlan(folder, "local")).toBeUndefined();
    expect(() => readPlan(folder, "prod")).toThrow(/prod.plan\.json has 1 problem/);
  });
});
