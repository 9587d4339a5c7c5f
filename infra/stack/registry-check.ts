import { getImage } from "@pulumi/aws/ecr/getImage";
import { getRegistryImage } from "@pulumi/docker/getRegistryImage";
import { Provider as DockerProvider } from "@pulumi/docker/provider";
import * as pulumi from "@pulumi/pulumi";
import { modelRepository, registryAddress } from "../aws/naming";
import { localRepository, pinnedImage } from "../serving/images";
import type { Model } from "./models";
import type { StackConfig } from "./schema";
import { reaches } from "./stages";

/** An image that a Rollout is to name, and where. */
export interface NamedImage {
  readonly image: string;
  readonly model: string;
  /** Regions whose Rollout names it. */
  readonly regions: readonly string[];
}

/** The parts of an image's reference. */
interface Reference {
  readonly address: string;
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/**
 * The images that must be in a registry before the stack may name them. An image that dev builds is
 * pushed by the update itself, an unpublished release is refused for that reason already, and an
 * image of the cluster's own nodes is in no registry.
 */
export function imagesToAsk(
  config: StackConfig,
  models: readonly Pick<Model, "contract" | "image" | "release">[],
): NamedImage[] {
  if (!reaches(config.stage, "models")) return [];
  if (config.target === "kubernetes" && config.imageCheck === "none") return [];
  const found = new Map<string, NamedImage>();
  for (const { name: region } of config.regions)
    for (const model of models) {
      const image = imageOf(config, model, region);
      if (image === undefined || image.startsWith(`${localRepository}/`)) continue;
      const known = found.get(image)?.regions ?? [];
      found.set(image, { image, model: model.contract.name, regions: [...known, region] });
    }
  return [...found.values()];
}

/** The image as far as it is known before anything exists; each region has a registry of its own. */
function imageOf(
  config: StackConfig,
  { contract, image, release }: Pick<Model, "contract" | "image" | "release">,
  region: string,
): string | undefined {
  if (image !== undefined) return image;
  if (config.target !== "aws" || config.environment === "dev" || !release.published)
    return undefined;
  const repository = modelRepository(config, contract.name);
  return pinnedImage(`${registryAddress(config.account, region)}/${repository}`, release);
}

/**
 * Asks the registry of every image that the stack names whether it holds it, in previews as well as
 * in updates, and before any resource is created.
 *
 * @param aws provider of the home region; undefined on an existing cluster
 * @throws RunError with every image that is not held, and what to do
 */
export async function refuseUnheldImages(
  config: StackConfig,
  models: readonly Model[],
  aws: pulumi.ProviderResource | undefined,
): Promise<void> {
  const questions = imagesToAsk(config, models).map((named) => {
    const reference = referenceOf(named.image);
    return { named, reference, ecr: aws && ecrAddress.exec(reference.address) };
  });
  const others = questions.filter(({ ecr }) => !ecr).map(({ reference }) => reference.address);
  const docker = others.length > 0 ? registries(config, [...new Set(others)]) : undefined;
  const answers = await Promise.all(
    questions.map(({ named, reference, ecr }) =>
      (ecr
        ? askEcr(reference, ecr, aws)
        : getRegistryImage({ name: nameForDocker(reference) }, { provider: docker })
      ).then(
        () => [],
        (error: unknown) => [refusal(config, named, error)],
      ),
    ),
  );
  const refused = answers.flat();
  if (refused.length > 0)
    throw new pulumi.RunError(
      `the registry does not hold ${refused.length === 1 ? "an image" : `${refused.length} images`} that the stack names:\n${refused.join("\n")}`,
    );
}

/**
 * By ECR's own API: its token for Docker is another every time, and a provider that has it would
 * change with every update.
 */
function askEcr(
  { repository, tag, digest }: Reference,
  [, registryId = "", region = ""]: readonly string[],
  provider: pulumi.ProviderResource | undefined,
): Promise<unknown> {
  return getImage(
    {
      registryId,
      region,
      repositoryName: repository,
      ...(digest === undefined ? { imageTag: tag ?? "latest" } : { imageDigest: digest }),
    },
    { provider },
  );
}

/** `<account>.dkr.ecr.<region>.amazonaws.com`. */
const ecrAddress = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com$/;

/** The provider that asks registries; no daemon of Docker is needed for it. */
function registries(config: StackConfig, addresses: readonly string[]): DockerProvider {
  const byLogin = config.target === "kubernetes" && config.imageCheck === "docker-login";
  return new DockerProvider("registries", {
    disableDockerDaemonCheck: true,
    // Without a user name the provider takes the credentials of the Docker client.
    ...(byLogin && { registryAuth: addresses.map((address) => ({ address })) }),
  });
}

/** Takes a reference apart as Docker does: a first part without a dot, a colon or the name localhost is no address. */
function referenceOf(image: string): Reference {
  const [, name = "", tag, digest] =
    /^(.+?)(?::([\w][\w.-]*))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(image) ?? [];
  const [first = "", ...rest] = name.split("/");
  const hasAddress = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return {
    address: hasAddress ? first : "registry-1.docker.io",
    repository: hasAddress ? rest.join("/") : name,
    tag,
    digest,
  };
}

/**
 * The provider looks for a digest behind a tag alone: of `a@sha256:b` it would make the repository
 * `a@sha256` (terraform-provider-docker, parseImageOptions). Which tag, it does not ask.
 */
function nameForDocker({ address, repository, tag, digest }: Reference): string {
  return `${address}/${repository}:${tag ?? (digest ? "by-digest" : "latest")}${digest ? `@${digest}` : ""}`;
}

function refusal(
  config: StackConfig,
  { image, model, regions }: NamedImage,
  error: unknown,
): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `  - ${image} of ${model} in ${regions.join(", ")}: ${reason.trim()}\n    ${advice(config, model, regions)}`;
}

function advice(config: StackConfig, model: string, regions: readonly string[]): string {
  const publish = `publish it (npx causeway release publish ${model} --help), or name an image under causeway:models that its registry holds`;
  if (config.target === "kubernetes")
    return `${publish}; causeway:imageCheck says with which credentials the registry is asked, or, outside prod, that it is not`;
  const home = config.regions[0]?.name ?? "";
  return regions.includes(home)
    ? publish
    : `if ${home} holds it, wait until it is replicated to ${regions.join(", ")}, or push it there again; else ${publish}`;
}
