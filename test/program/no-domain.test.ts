import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StackPlan } from "../../cli/plan/plan";
import { at, list } from "../../policies/resources";
import { stackFile, planFixture } from "../support/stacks";

let folder: string;
let plan: StackPlan;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "causeway-no-domain-"));
  const file = join(folder, "Pulumi.dev.yaml");
  const text = readFileSync(stackFile("dev"), "utf8");
  writeFileSync(file, text.replace(/^ *causeway:domain:.*\n/m, ""));
  plan = await planFixture("dev", file);
});
afterAll(() => rmSync(folder, { recursive: true }));

const ofType = (pattern: RegExp) => plan.resources.filter(({ type }) => pattern.test(type));
const one = (pattern: RegExp) => {
  const [found, ...more] = ofType(pattern);
  expect(more).toEqual([]);
  return found!;
};
const nameOfBalancer = () => String(one(/:LoadBalancer$/).outputs["dnsName"]);

describe("a stack of dev without a domain", () => {
  it("breaks no mandatory rule, and every value is filled", () => {
    expect(
      plan.judgement.violations.filter(({ enforcement }) => enforcement === "mandatory"),
    ).toEqual([]);
    expect(plan.gaps).toEqual([]);
  });

  it("has no record, no health check and no certificate of a public authority", () =>
    expect(ofType(/^aws:route53|CertificateValidation|GlobalEntry$/)).toEqual([]));

  it("encrypts the entry with a certificate for the load balancer's name, kept once it is there", () => {
    const certificate = one(/^aws:acm\/certificate:Certificate$/);
    expect(certificate.options.ignoreChanges).toEqual(["certificateBody", "privateKey"]);
    const read = new X509Certificate(String(certificate.inputs["certificateBody"]));
    expect(read.checkHost(nameOfBalancer())).toBe(nameOfBalancer());
    expect(JSON.stringify(plan.outputs)).not.toContain("PRIVATE KEY");
    expect(
      ofType(/^aws:lb\/listener:Listener$/).map(({ inputs }) => [
        inputs["protocol"],
        inputs["certificateArn"],
      ]),
    ).toEqual([
      ["HTTP", undefined],
      ["HTTPS", certificate.outputs["arn"]],
    ]);
  });

  it("lets the gateway answer for the load balancers of its region alone, with a token", () => {
    const hosts = ["*.eu-west-1.elb.amazonaws.com"];
    expect(nameOfBalancer()).toMatch(/^[a-z0-9-]+\.eu-west-1\.elb\.amazonaws\.com$/);
    const gateway = one(/istio\.io\/v1:Gateway$/);
    expect(list(gateway.inputs, "spec.servers").map((server) => at(server, "hosts"))).toEqual([
      hosts,
    ]);
    for (const { inputs } of ofType(/:VirtualService$/).filter(({ inputs }) =>
      list(inputs, "spec.gateways").some((each) => String(each).includes("causeway-gateway")),
    ))
      expect(at(inputs, "spec.hosts")).toEqual(hosts);
    expect(ofType(/:RequestAuthentication$/)).not.toEqual([]);
  });

  it("tells where it answers, and what to trust there", () => {
    const url = `https://${nameOfBalancer()}`;
    const certificate = one(/^aws:acm\/certificate:Certificate$/).inputs["certificateBody"];
    expect(plan.outputs).toMatchObject({
      url,
      regionalUrls: { "eu-west-1": url },
      certificates: { "eu-west-1": certificate },
      models: {
        "loan-approval": { "eu-west-1": { endpoint: `${url}/v2/models/loan-approval` } },
      },
    });
    expect(plan.outputs).not.toHaveProperty("recoverySeconds");
    expect(plan.recovery).toBeUndefined();
  });
});
