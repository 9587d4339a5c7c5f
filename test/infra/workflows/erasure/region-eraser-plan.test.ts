import { allowances } from "../../../../policies/iam";
import { nameOf } from "../../../../policies/duties";
import { viewOf } from "../../../../cli/plan/resource";
import { planOf } from "../../../support/stacks";
import { podOf, type Spec } from "./region-eraser-fixture";

describe("the plan of prod", () => {
  test("home asks every region that has a log store of its own, each of which looks where it is asked", async () => {
    const { resources } = await planOf("prod");
    const stores = resources
      .filter(({ type }) => type.endsWith(":Elasticsearch"))
      .map(({ region }) => region);
    const template = resources.find(
      ({ type, name }) => type.endsWith(":WorkflowTemplate") && name.endsWith("-erasure-template"),
    )!;
    const { templates } = template.inputs["spec"] as unknown as Spec;
    const option = (given: readonly string[], name: string) =>
      given.filter((one) => one.startsWith(`--${name}=`)).map((one) => one.slice(name.length + 3));
    const asked = templates.find(({ name }) => name === "ask")!.container!.args;
    expect([template.region, ...option(asked, "region")].sort()).toEqual([...stores].sort());
    const jobs = resources.filter(
      ({ type, name }) => type === "kubernetes:batch/v1:CronJob" && name.includes("-erasure-"),
    );
    expect(jobs.map(({ region }) => region)).toEqual(option(asked, "region"));
    for (const { inputs, region } of jobs) {
      const looking = podOf(inputs).containers[0]!.args;
      expect([option(looking, "region"), option(looking, "orders")]).toEqual([
        [region],
        option(asked, "orders"),
      ]);
    }
    expect(
      resources
        .filter(
          ({ type, name }) => type.endsWith(":PrometheusRule") && name.endsWith("-erasure-alerts"),
        )
        .map(({ region }) => region)
        .sort(),
    ).toEqual([...stores].sort());
  });

  test("nobody but the eraser at home can write an order, and a region's answers come from that region's eraser alone", async () => {
    const { resources } = await planOf("prod");
    const views = resources.map(viewOf);
    const writers = (key: string) => [
      ...new Set(
        allowances(
          views,
          "s3:PutObject",
          `arn:aws:s3:::example-causeway-prod-artifacts-eu-west-1/erasures/${key}`,
        ).map(({ role }) => nameOf(role)),
      ),
    ];
    expect(writers("orders/eu-central-1/1.json")).toEqual([
      expect.stringContaining("eu-west-1-erasure-identity"),
    ]);
    expect(writers("answers/eu-central-1/1.json")).toEqual([
      expect.stringContaining("eu-central-1-erasure-identity"),
    ]);
  });

  test("pods of the eraser reach the log store and are reached by nobody, in every region", async () => {
    const { resources, config } = await planOf("prod");
    for (const { name: region } of config.regions) {
      const policy = resources.find(
        (one) =>
          one.region === region &&
          one.type.endsWith(":NetworkPolicy") &&
          JSON.stringify(one.inputs["metadata"]).includes('"name":"erasure"'),
      )!;
      expect(policy.inputs["spec"]).toMatchObject({
        podSelector: { matchLabels: { "app.kubernetes.io/component": "erasure" } },
        policyTypes: ["Egress"],
        egress: [{ ports: [{ port: 9200 }] }],
      });
    }
  });
});
