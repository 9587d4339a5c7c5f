import { failoverAnswers } from "../../../infra/aws/entry-records";
import { GlobalEntry, type GlobalEntryArgs } from "../../../infra/aws/global-entry";
import { only, record, type RecordedResource } from "../../support/record";
import { ofType } from "./support";
import { duration } from "../../../services/contract/units";

const region = (name: string) => ({
  region: name,
  albDnsName: `alb-${name}.example.com`,
  albZoneId: `Z${name}`,
  hostName: `origin-${name}.models.example.com`,
});
const args: GlobalEntryArgs = {
  domainName: "models.example.com",
  hostedZoneId: "Z0123456789PROD",
  recovery: { rto: duration.parse("3 minutes"), checkIntervalSeconds: 10, failureThreshold: 3 },
  regions: [region("eu-west-1"), region("eu-central-1")],
};
const entry = (overrides: Partial<GlobalEntryArgs> = {}) =>
  record(() => void new GlobalEntry("entry", { ...args, ...overrides }));

let two: RecordedResource[];
let one: RecordedResource[];
beforeAll(async () => {
  two = await entry();
  one = await entry({ regions: [region("eu-west-1")] });
});

const answersOf = (resources: RecordedResource[]) =>
  ofType(resources, "aws:route53/record:Record")
    .map(({ inputs }) =>
      [
        inputs["name"],
        inputs["setIdentifier"],
        (inputs["aliases"] as { name: string }[])[0]!.name,
      ].join(" "),
    )
    .sort();

it("checks every region over HTTPS by the name that never fails over", () => {
  expect(ofType(two, "aws:route53/healthCheck:HealthCheck").map(({ inputs }) => inputs)).toEqual(
    ["eu-west-1", "eu-central-1"].map((name) => ({
      type: "HTTPS",
      fqdn: `origin-${name}.models.example.com`,
      port: 443,
      resourcePath: "/healthz",
      enableSni: true,
      requestInterval: 10,
      failureThreshold: 3,
      measureLatency: true,
      tags: { Name: `origin-${name}.models.example.com` },
    })),
  );
});

it("answers the domain with the nearest healthy region, and a region's own name with the other when it is lost", () => {
  expect(answersOf(two)).toEqual([
    "eu-central-1.models.example.com primary alb-eu-central-1.example.com",
    "eu-central-1.models.example.com secondary alb-eu-west-1.example.com",
    "eu-west-1.models.example.com primary alb-eu-west-1.example.com",
    "eu-west-1.models.example.com secondary alb-eu-central-1.example.com",
    "models.example.com eu-central-1 alb-eu-central-1.example.com",
    "models.example.com eu-west-1 alb-eu-west-1.example.com",
  ]);
  expect(
    only(two, "aws:route53/record:Record", "entry-eu-west-1").inputs["latencyRoutingPolicies"],
  ).toEqual([{ region: "eu-west-1" }]);
  expect(
    only(two, "aws:route53/record:Record", "entry-eu-west-1-secondary").inputs[
      "failoverRoutingPolicies"
    ],
  ).toEqual([{ type: "SECONDARY" }]);
});

it("ties every answer to the health of the region that it names", () => {
  const checks = new Map(
    ofType(two, "aws:route53/healthCheck:HealthCheck").map((check) => [
      check.id,
      String(check.inputs["fqdn"]),
    ]),
  );
  for (const { inputs } of ofType(two, "aws:route53/record:Record")) {
    const [alias] = inputs["aliases"] as { name: string; evaluateTargetHealth: boolean }[];
    expect(alias!.evaluateTargetHealth).toBe(true);
    expect(checks.get(String(inputs["healthCheckId"]))).toBe(
      alias!.name.replace("alb-", "origin-").replace(".example.com", ".models.example.com"),
    );
  }
});

it("has no secondary with a single region", () => {
  expect(answersOf(one)).toEqual([
    "eu-west-1.models.example.com primary alb-eu-west-1.example.com",
    "models.example.com eu-west-1 alb-eu-west-1.example.com",
  ]);
});

it("fails over in a ring, so that no region takes the load of all others", () => {
  const seconds = failoverAnswers(
    ["a", "b", "c"].map((name) => ({ region: name })),
    "example.com",
  ).filter((answer) => answer.role === "SECONDARY");
  expect(seconds.map((answer) => [answer.name, answer.target])).toEqual([
    ["a.example.com", "b"],
    ["b.example.com", "c"],
    ["c.example.com", "a"],
  ]);
});

it("answers nothing with a drained region, which keeps its health check", async () => {
  const drained = { ...region("eu-west-1"), drained: { reason: "maintenance of the network" } };
  const resources = await entry({
    regions: [drained, region("eu-central-1"), region("eu-north-1")],
  });
  expect(answersOf(resources)).toEqual([
    "eu-central-1.models.example.com primary alb-eu-central-1.example.com",
    "eu-central-1.models.example.com secondary alb-eu-north-1.example.com",
    "eu-north-1.models.example.com primary alb-eu-north-1.example.com",
    "eu-north-1.models.example.com secondary alb-eu-central-1.example.com",
    "eu-west-1.models.example.com primary alb-eu-central-1.example.com",
    "eu-west-1.models.example.com secondary alb-eu-north-1.example.com",
    "models.example.com eu-central-1 alb-eu-central-1.example.com",
    "models.example.com eu-north-1 alb-eu-north-1.example.com",
  ]);
  expect(
    ofType(resources, "aws:route53/healthCheck:HealthCheck").map(({ name }) => name),
  ).toContain("entry-eu-west-1-check");
});

it("refuses to have no region in service", async () => {
  const regions = ["eu-west-1", "eu-central-1"].map((name) => ({
    ...region(name),
    drained: { reason: "maintenance" },
  }));
  await expect(entry({ regions })).rejects.toThrow(
    "regions must have at least one region in service, got all of them drained",
  );
  await expect(entry({ regions: [] })).rejects.toThrow(
    "regions must have at least one region in service, got none",
  );
});

it("refuses a health check that would follow the failover, and an objective that it cannot meet", async () => {
  const regions = [
    { ...region("eu-west-1"), hostName: "eu-west-1.models.example.com" },
    region("eu-central-1"),
  ];
  await expect(
    entry({
      regions,
      recovery: { rto: duration.parse("1 minute"), checkIntervalSeconds: 30, failureThreshold: 3 },
    }),
  ).rejects.toThrow(
    /hostName of eu-west-1 \(eu-west-1\.models\.example\.com\) must be a name that never fails over[^]*recovery\.rto: got "1 minute", allowed: at least 196 seconds/,
  );
});

it("gives the objective to the engine, where a policy judges it", () => {
  expect(only(two, "causeway:global:GlobalEntry").inputs["recovery"]).toEqual({
    ...args.recovery,
    rto: "3 minutes",
  });
});
