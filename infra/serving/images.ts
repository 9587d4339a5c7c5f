import { Image, Index } from "@pulumi/docker-build";
import * as pulumi from "@pulumi/pulumi";
import type { Release } from "../../services/evidence/release";

/** Digits of the digest in a tag; twelve tell apart more builds than a repository holds. */
const tagDigits = 12;

/** Repository of images that exist only on the machine or the cluster at hand. */
export const localRepository = "causeway.local";

/** Image of a release as its manifest names it, in the given repository, by digest. */
export function pinnedImage(repositoryUrl: string, release: Pick<Release, "image">): string {
  return `${repositoryUrl}@${release.image.digest}`;
}

/** Image of a release on a cluster without a registry of ours. */
export function localImage(
  release: Pick<Release, "image" | "model">,
  repository: string = localRepository,
): string {
  return pinnedImage(`${repository}/${release.model}`, release);
}

export interface ModelImageArgs {
  /** Name of the model; the build takes its folder. */
  readonly model: string;
  /** Root of the repository, the context of the build. */
  readonly root: string;
  /**
   * Repository that takes the image, e.g.
   * `111122223333.dkr.ecr.eu-west-1.amazonaws.com/loan-approval`.
   */
  readonly repositoryUrl: pulumi.Input<string>;
  /**
   * Start of the tag that people look for, such as the release's version; the platform goes by
   * digest.
   */
  readonly tag: string;
  /** Credentials of the registry. @default those of the Docker client */
  readonly registry?:
    | {
        readonly address: pulumi.Input<string>;
        readonly username: pulumi.Input<string>;
        readonly password: pulumi.Input<string>;
      }
    | undefined;
}

/** The image of one model, built and pushed once; everything else gets its digest. */
export class ModelImage extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:serving:ModelImage";

  /** Reference by digest: `repository@sha256:...`. */
  readonly ref: pulumi.Output<string>;
  readonly digest: pulumi.Output<string>;

  constructor(name: string, args: ModelImageArgs, opts?: pulumi.ComponentResourceOptions) {
    const { model, repositoryUrl, tag, registry } = args;
    super(ModelImage.__pulumiType, name, { model, repositoryUrl, tag }, opts);
    const image = new Image(
      `${name}-image`,
      {
        context: { location: args.root },
        dockerfile: { location: `${args.root}/services/model-server/Dockerfile` },
        buildArgs: { MODEL: model },
        platforms: ["linux/amd64"],
        // By digest and without a tag: a registry whose tags never move refuses a second build of
        // the same version.
        exports: [{ image: { names: [repositoryUrl], push: true, pushByDigest: true } }],
        push: false,
        // A preview shows what would be built; building there would push nothing and take minutes.
        buildOnPreview: false,
        ...(registry && { registries: [registry] }),
      },
      { parent: this },
    );
    this.digest = image.digest;
    this.ref = pulumi.interpolate`${repositoryUrl}@${image.digest}`;
    // A tag of its own for each build, since registries clear away what has none.
    const unique = image.digest.apply(
      (digest) => `${tag}-${digest.replace(/^sha256:/, "").slice(0, tagDigits)}`,
    );
    new Index(
      `${name}-tag`,
      {
        sources: [this.ref],
        tag: pulumi.interpolate`${repositoryUrl}:${unique}`,
        push: true,
        ...(registry && { registry }),
      },
      { parent: this },
    );
    this.registerOutputs({ ref: this.ref, digest: this.digest });
  }
}
