import { Bucket } from "@pulumi/aws/s3";
import type { Bucket as BucketType } from "@pulumi/aws/s3";
import { layersOf, rowsOf } from "../../../cli/plan/layers";
import { layoutOf } from "../../../cli/plan/report/layout";
import { topologyOf, type Topology } from "../../../cli/plan/topology";
import { record } from "../../support/record";
import { Part, smallProgram } from "./fixture";

/** Edges by the labels of their boxes, with the lane's region. */
function named({ lanes, edges }: Topology): string[] {
  const names = new Map(
    lanes.flatMap((lane) => lane.boxes.map((box) => [box.urn, `${lane.region} ${box.label}`])),
  );
  return edges.map((edge) => `${names.get(edge.from)} -> ${names.get(edge.to)}`).sort();
}

describe("the topology", () => {
  it("has a lane for each top component and a box for each component in it", async () => {
    const { lanes } = topologyOf(await record(smallProgram));
    expect(
      lanes.map((lane) => [
        lane.label,
        lane.region,
        lane.boxes.map((box) => `${box.label} ${box.members.length}`).sort(),
      ]),
    ).toEqual([
      ["Global foundation", "global", ["Buckets 2"]],
      [
        "Regional platform",
        "eu-west-1",
        ["Addons 1", "Model service · loan-approval 2", "Tenancy 1"],
      ],
      [
        "Regional platform",
        "eu-central-1",
        ["Addons 1", "Model service · loan-approval 2", "Tenancy 1"],
      ],
      ["Global entry", "global", ["Global entry 1"]],
    ]);
  });

  it("leaves out what a longer way implies: the service needs the tenancy, but by way of the addons", async () => {
    const edges = named(topologyOf(await record(smallProgram)));
    expect(edges).toContain("eu-west-1 Addons -> eu-west-1 Tenancy");
    expect(edges).toContain("eu-west-1 Model service · loan-approval -> eu-west-1 Addons");
    expect(edges).not.toContain("eu-west-1 Model service · loan-approval -> eu-west-1 Tenancy");
  });

  it("counts the needs of a provider among those of its resources", async () => {
    const edges = named(topologyOf(await record(smallProgram)));
    expect(edges).toContain("eu-west-1 Tenancy -> global Buckets");
  });

  it("lets what a component waits for count for everything in it", async () => {
    const resources = await record(() => {
      const first = new Bucket("a-store", {}, { parent: new Part("t:t:A", "a") });
      const lane = new Part("t:t:Lane", "lane");
      new Bucket(
        "lane-b-store",
        {},
        { parent: new Part("t:t:B", "lane-b", {}, { parent: lane, dependsOn: [first] }) },
      );
    });
    expect(named(topologyOf(resources))).toEqual(["global B -> global A"]);
  });

  it("keeps a cycle between boxes connected", async () => {
    const resources = await record(() => {
      const [a, b] = [new Part("t:t:A", "a"), new Part("t:t:B", "b")];
      const first: BucketType = new Bucket("a-first", {}, { parent: a });
      const second = new Bucket("b-second", {}, { parent: b, dependsOn: [first] });
      new Bucket("a-third", {}, { parent: a, dependsOn: [second] });
    });
    expect(named(topologyOf(resources))).toEqual(["global A -> global B", "global B -> global A"]);
  });

  it("draws many boxes of one kind as one", async () => {
    const resources = await record(() => {
      const region = new Part("causeway:regional:RegionalPlatform", "r", { region: "eu-west-1" });
      for (let i = 0; i < 20; i++)
        new Bucket(
          `r-m${i}-store`,
          {},
          { parent: new Part("causeway:serving:ModelService", `r-m${i}`, {}, { parent: region }) },
        );
    });
    expect(
      topologyOf(resources).lanes[0]!.boxes.map((box) => [box.label, box.members.length]),
    ).toEqual([["Model service × 20", 20]]);
  });
});

describe("the layout", () => {
  it("stands each box below what it needs, regions side by side, and the entry below the regions", async () => {
    const topology = topologyOf(await record(smallProgram));
    const { lanes, width } = layoutOf(topology);
    const frames = new Map(
      lanes.flatMap((lane) => lane.boxes.map((placed) => [placed.box.urn, { ...placed, lane }])),
    );
    for (const edge of topology.edges) {
      const [from, to] = [frames.get(edge.from)!, frames.get(edge.to)!];
      expect(from.y).toBeGreaterThan(to.y + to.height);
    }
    const [foundation, west, central, entry] = lanes;
    expect(west!.y).toBe(central!.y);
    expect(central!.x).toBeGreaterThan(west!.x + west!.width);
    expect([foundation!.y < west!.y, entry!.y > west!.y]).toEqual([true, true]);
    for (const lane of lanes)
      for (const box of lane.boxes)
        expect([
          box.x >= lane.x,
          box.x + box.width <= lane.x + lane.width,
          box.y + box.height <= lane.y + lane.height,
          lane.x + lane.width <= width,
        ]).toEqual([true, true, true, true]);
  });

  it("never lets two boxes overlap", async () => {
    const { lanes } = layoutOf(topologyOf(await record(smallProgram)));
    const boxes = lanes.flatMap((lane) => lane.boxes);
    const overlapping = boxes.flatMap((a, i) =>
      boxes
        .slice(i + 1)
        .filter(
          (b) =>
            a.x < b.x + b.width &&
            b.x < a.x + a.width &&
            a.y < b.y + b.height &&
            b.y < a.y + a.height,
        ),
    );
    expect(overlapping).toEqual([]);
  });

  it("takes a cycle for one layer deeper, not for an endless way", () => {
    const box = (urn: string) => ({ urn, label: urn, area: urn, lane: "", members: [] });
    const edges = [
      { from: "a", to: "b", count: 1 },
      { from: "b", to: "a", count: 1 },
    ];
    expect(layersOf([box("a"), box("b")], edges).map((layer) => layer.map((b) => b.urn))).toEqual([
      ["b"],
      ["a"],
    ]);
  });

  it("puts a lane right above what needs it, beside others that nothing waits for until then", () => {
    const lane = (label: string) => ({
      urn: `lane ${label}`,
      label,
      region: "global",
      boxes: [{ urn: label, label, area: label, lane: label, members: [] }],
    });
    const edges = [{ from: "image", to: "foundation", count: 1 }];
    expect(
      rowsOf([lane("foundation"), lane("keys"), lane("image")], edges).map((row) =>
        row.map(({ label }) => label),
      ),
    ).toEqual([["foundation"], ["keys", "image"]]);
  });
});
