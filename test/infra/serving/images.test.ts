import * as pulumi from "@pulumi/pulumi";
import { localImage, ModelImage, pinnedImage } from "../../../infra/serving/images";
import { only, record } from "../../support/record";
import { digestOf, release } from "./fixture";

const repositoryUrl = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/loan-approval";

describe("images", () => {
  it("in prod are those of the release, by digest", () => {
    expect(pinnedImage(repositoryUrl, release)).toBe(`${repositoryUrl}@${digestOf("a")}`);
  });

  it.each([
    [undefined, `causeway.local/loan-approval@${digestOf("a")}`],
    ["registry.example.com/models", `registry.example.com/models/loan-approval@${digestOf("a")}`],
  ])("on a cluster at hand come from %s", (repository, expected) => {
    expect(localImage(release, repository)).toBe(expected);
  });
});

describe("ModelImage", () => {
  const args = { model: "loan-approval", root: "/repository", repositoryUrl, tag: "1.4.0" };

  it("is built once for amd64 from the repository's root, and pushed by digest", async () => {
    const resources = await record(() => void new ModelImage("loan-approval", args));
    expect(resources.map(({ type, name }) => `${type} ${name}`)).toEqual([
      "causeway:serving:ModelImage loan-approval",
      "docker-build:index:Image loan-approval-image",
      "docker-build:index:Index loan-approval-tag",
    ]);
    const image = only(resources, "docker-build:index:Image");
    expect(image.parent).toBe(resources[0]!.urn);
    expect(image.inputs).toEqual({
      context: { location: "/repository" },
      dockerfile: { location: "/repository/services/model-server/Dockerfile" },
      buildArgs: { MODEL: "loan-approval" },
      platforms: ["linux/amd64"],
      exports: [{ image: { names: [repositoryUrl], push: true, pushByDigest: true } }],
      push: false,
      buildOnPreview: false,
      // The provider's own default.
      network: "default",
    });
  });

  it("hands the registry's credentials to the build and not to its own inputs", async () => {
    const registry = {
      address: "111122223333.dkr.ecr.eu-west-1.amazonaws.com",
      username: "AWS",
      password: pulumi.secret("token"),
    };
    const [component, image, tag] = await record(
      () => void new ModelImage("loan-approval", { ...args, registry }),
    );
    expect(component!.inputs).toEqual({ model: "loan-approval", repositoryUrl, tag: "1.4.0" });
    expect(image!.inputs).toMatchObject({
      registries: [{ address: registry.address, username: "AWS", password: "[secret]" }],
    });
    expect(tag!.inputs).toMatchObject({
      registry: { address: registry.address, username: "AWS", password: "[secret]" },
    });
  });

  it("gives each build a tag of its own, so that tags need not move", async () => {
    const resources = await record(() => void new ModelImage("loan-approval", args));
    const { digest } = only(resources, "docker-build:index:Image").outputs;
    expect(only(resources, "docker-build:index:Index").inputs).toEqual({
      sources: [`${repositoryUrl}@${String(digest)}`],
      tag: `${repositoryUrl}:1.4.0-${String(digest).slice(7, 19)}`,
      push: true,
    });
  });

  it("is known by its digest and not by its tag", async () => {
    const found: { image?: ModelImage } = {};
    await record(() => void (found.image = new ModelImage("loan-approval", args)));
    const ref = await new Promise<string>((resolve) => found.image!.ref.apply(resolve));
    expect(ref).toMatch(new RegExp(`^${repositoryUrl}@sha256:[0-9a-f]{64}$`));
  });
});
