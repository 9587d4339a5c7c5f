import * as pulumi from "@pulumi/pulumi";
import { createAwsProviders } from "../../../infra/stack/base";
import { loadModels, type Model } from "../../../infra/stack/models";
import { imagesToAsk, refuseUnheldImages } from "../../../infra/stack/registry-check";
import { configSchema, type StackConfig } from "../../../infra/stack/schema";
import { modelsFolder } from "../../harness/fixtures";
import { localStack } from "../../support/local-stack";

const common = {
  identity: {
    issuer: "https://login.example.com/",
    jwksUri: "https://login.example.com/keys",
    audiences: ["causeway"],
  },
  models: [{ name: "loan-approval" }],
};
const onAws = (environment: string): StackConfig => ({
  ...configSchema.parse({
    ...common,
    target: "aws",
    environment,
    organization: "example",
    account: "111122223333",
    kubernetesVersion: "1.35",
    regions: [
      { name: "eu-west-1", cidr: "10.16.0.0/16" },
      { name: "eu-central-1", cidr: "10.32.0.0/16" },
    ],
    domain: { name: "models.example.com", hostedZoneId: "Z0123456789" },
    recovery: { rto: "5 minutes", checkIntervalSeconds: 30, failureThreshold: 3 },
  }),
  stack: environment,
});

const [sample] = loadModels(localStack(), modelsFolder) as [Model];
const published: Model = { ...sample, release: { ...sample.release, published: true } };
const { digest } = sample.release.image;
const named = (image: string): Model => ({ ...sample, image });
const ecr = (region: string) =>
  `111122223333.dkr.ecr.${region}.amazonaws.com/example-causeway-prod/models/loan-approval@${digest}`;

describe("the images that a registry is asked for", () => {
  it("are those of the published release, each region's from its own registry", () => {
    expect(imagesToAsk(onAws("prod"), [published])).toEqual([
      { image: ecr("eu-west-1"), model: "loan-approval", regions: ["eu-west-1"] },
      { image: ecr("eu-central-1"), model: "loan-approval", regions: ["eu-central-1"] },
    ]);
  });

  it("are one where the stack file names one for all regions", () => {
    const image = `registry.example.com/loan-approval@${digest}`;
    expect(imagesToAsk(onAws("dev"), [named(image)])).toEqual([
      { image, model: "loan-approval", regions: ["eu-west-1", "eu-central-1"] },
    ]);
  });

  it.each([
    ["an unpublished release, which is refused as such", onAws("prod"), sample],
    ["an image that dev builds", onAws("dev"), published],
    [
      "any, before the stage that serves models",
      localStack({ stage: "platform" }),
      named(`registry.example.com/loan-approval@${digest}`),
    ],
    ["an image of the cluster's own nodes", localStack(), published],
    ["such an image by name", localStack(), named(`causeway.local/loan-approval@${digest}`)],
    [
      "any, where the stack file says so",
      localStack({ imageCheck: "none" }),
      named(`registry.example.com/loan-approval@${digest}`),
    ],
  ])("do not include %s", (_, config, model) => {
    expect(imagesToAsk(config, [model])).toEqual([]);
  });
});

describe("a registry", () => {
  const calls: pulumi.runtime.MockCallArgs[] = [];
  const providers: pulumi.runtime.MockResourceArgs[] = [];
  let held: (inputs: Record<string, unknown>) => boolean;

  beforeEach(async () => {
    calls.length = 0;
    providers.length = 0;
    held = () => true;
    await pulumi.runtime.setMocks({
      newResource: (args) => {
        providers.push(args);
        return { id: args.name, state: args.inputs };
      },
      call: (args) => {
        calls.push(args);
        if (!held(args.inputs)) throw { details: "404 Not Found" }; // as gRPC has it
        return { id: "held" };
      },
    });
  });

  const ask = (config: StackConfig, model: Model): Promise<string> =>
    refuseUnheldImages(config, [model], createAwsProviders(config)["eu-west-1"]).then(
      () => "",
      (error: unknown) => {
        if (!(error instanceof pulumi.RunError)) throw error;
        return error.message;
      },
    );

  it("of ECR is asked by its own API, each region's own", async () => {
    expect(await ask(onAws("prod"), published)).toBe("");
    expect(calls.map(({ token, inputs }) => ({ token, inputs: inputs as unknown }))).toEqual(
      ["eu-west-1", "eu-central-1"].map((region) => ({
        token: "aws:ecr/getImage:getImage",
        inputs: {
          registryId: "111122223333",
          region,
          repositoryName: "example-causeway-prod/models/loan-approval",
          imageDigest: digest,
        },
      })),
    );
  });

  it("that lacks the copy of a second region refuses, with the region and what to do", async () => {
    held = ({ region }) => region === "eu-west-1";
    expect(await ask(onAws("prod"), published)).toBe(
      [
        "the registry does not hold an image that the stack names:",
        `  - ${ecr("eu-central-1")} of loan-approval in eu-central-1: 404 Not Found`,
        "    if eu-west-1 holds it, wait until it is replicated to eu-central-1, or push it there again; else publish it (npx causeway release publish loan-approval --help), or name an image under causeway:models that its registry holds",
      ].join("\n"),
    );
  });

  it.each([
    ["registry.example.com/a/b@D", "registry.example.com/a/b:by-digest@D"],
    ["registry.example.com:5000/a:1.2@D", "registry.example.com:5000/a:1.2@D"],
    ["localhost/a:1.2", "localhost/a:1.2"],
    ["team/a@D", "registry-1.docker.io/team/a:by-digest@D"],
  ])("of %s is asked for %s, without a daemon of Docker", async (image, name) => {
    const model = named(image.replace("D", digest));
    expect(await ask(localStack(), model)).toBe("");
    expect(calls.map(({ token, inputs }) => [token, inputs["name"]])).toEqual([
      ["docker:index/getRegistryImage:getRegistryImage", name.replace("D", digest)],
    ]);
    expect(providers.map(({ type, inputs }) => ({ type, inputs: inputs as unknown }))).toEqual([
      { type: "pulumi:providers:docker", inputs: { disableDockerDaemonCheck: "true" } },
    ]);
  });

  it("is asked with the credentials of the Docker client where the stack file says so", async () => {
    await ask(
      localStack({ imageCheck: "docker-login" }),
      named(`registry.example.com/a@${digest}`),
    );
    expect(providers[0]?.inputs).toMatchObject({
      registryAuth: JSON.stringify([{ address: "registry.example.com" }]),
    });
  });

  it("that does not hold the image of a cluster says how it is asked", async () => {
    held = () => false;
    const image = `registry.example.com/a@${digest}`;
    const message = await ask(localStack(), named(image));
    expect(message).toContain(`${image} of loan-approval in local: 404 Not Found`);
    expect(message).toContain("npx causeway release publish loan-approval");
    expect(message).toContain("causeway:imageCheck");
  });
});
