import * as ecr from "@pulumi/aws/ecr";
import type { Provider } from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import type { Environment } from "../../services/contract/environments";
import { classTags } from "../kubernetes/data-classes";
import type { EncryptionKeys } from "./keys";
import {
  modelRepository,
  registryAddress,
  repositoryPrefix,
  sharedImages,
  sharedRepository,
  type Naming,
  type SharedImage,
} from "./naming";
import { repositoryLifecycle, replicationRules } from "./registry-documents";
import { inRegion } from "./regions";

/** Arguments of {@link ImageRegistry}. */
export interface ImageRegistryArgs extends Naming {
  readonly environment: Environment;
  /** Regions of the stack; images are pushed to the first and replicated to the others. */
  readonly regions: readonly string[];
  /** Names of the models; each has a repository. */
  readonly models: readonly string[];
  readonly keys: EncryptionKeys;
  /** Providers of AWS by region. */
  readonly providers: Readonly<Record<string, Provider>>;
}

/**
 * Image repositories in every region. ECR would create the replicas' repositories by itself, but
 * with mutable tags and without our key; so each is declared, and replication only fills it.
 */
export class ImageRegistry extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:global:ImageRegistry";
  private readonly urls = new Map<string, pulumi.Output<string>>();

  constructor(name: string, args: ImageRegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    const { keys, providers, ...inputs } = args;
    super(ImageRegistry.__pulumiType, name, inputs, opts);
    const repositories = [
      ...args.models.map((model) => ({
        id: `model-${model}`,
        repository: modelRepository(args, model),
      })),
      ...sharedImages.map((image) => ({ id: image, repository: sharedRepository(args, image) })),
    ];
    const created = args.regions.flatMap((region) =>
      repositories.map(({ id, repository }) =>
        this.createRepository(`${name}-${id}`, repository, region, args, keys, providers[region]),
      ),
    );
    this.replicate(name, args, created, providers);
    this.registerOutputs({ urls: Object.fromEntries(this.urls) });
  }

  /**
   * Address of a model's repository in a region, e.g.
   * `111122223333.dkr.ecr.eu-west-1.amazonaws.com/example-causeway-dev/models/loan-approval`.
   */
  modelUrl(naming: Naming, model: string, region: string): pulumi.Output<string> {
    return inRegion(
      this.urls,
      `${region}/${modelRepository(naming, model)}`,
      `repository of ${model} in ${region}`,
    );
  }

  /** Address of a shared image's repository in a region. */
  sharedUrl(naming: Naming, image: SharedImage, region: string): pulumi.Output<string> {
    return inRegion(
      this.urls,
      `${region}/${sharedRepository(naming, image)}`,
      `repository of ${image} in ${region}`,
    );
  }

  private createRepository(
    id: string,
    repositoryName: string,
    region: string,
    args: ImageRegistryArgs,
    keys: EncryptionKeys,
    provider: Provider | undefined,
  ): ecr.Repository {
    const child = { parent: this, provider };
    const repository = new ecr.Repository(
      `${id}-${region}`,
      {
        name: repositoryName,
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [
          { encryptionType: "KMS", kmsKey: keys.arn("artifacts", region) },
        ],
        // Images of prod outlive a `destroy` that was not meant: it stops at a repository that
        // still has some.
        forceDelete: args.environment !== "prod",
        tags: classTags("images"),
      },
      child,
    );
    new ecr.LifecyclePolicy(
      `${id}-${region}-lifecycle`,
      { repository: repository.name, policy: JSON.stringify(repositoryLifecycle) },
      child,
    );
    this.urls.set(
      `${region}/${repositoryName}`,
      pulumi.interpolate`${registryAddress(args.account, region)}/${repository.name}`,
    );
    return repository;
  }

  /**
   * One configuration for the whole registry of the account in the home region: AWS has no smaller
   * unit.
   */
  private replicate(
    name: string,
    args: ImageRegistryArgs,
    repositories: readonly ecr.Repository[],
    providers: Readonly<Record<string, Provider>>,
  ): void {
    const [home = "", ...others] = args.regions;
    if (others.length === 0) return;
    new ecr.ReplicationConfiguration(
      `${name}-replication`,
      {
        replicationConfiguration: {
          rules: replicationRules(args.account, repositoryPrefix(args), others),
        },
      },
      { parent: this, provider: providers[home], dependsOn: [...repositories] },
    );
  }
}
