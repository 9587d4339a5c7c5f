import { Provider as AwsProvider } from "@pulumi/aws/provider";
import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { GlobalFoundation } from "../aws/foundation";
import { GlobalEntry } from "../aws/global-entry";
import { bucketName } from "../aws/naming";
import type { StackConfig } from "./schema";
import type { Model } from "./models";
import type { AwsGround, RegionalPlatform } from "./regional-platform";
import { localImage, ModelImage, pinnedImage } from "../serving/images";

/** What a stack stands on, on AWS or on a cluster that a kubeconfig names. */
export interface Ground {
  /** Providers that a region's resources use. */
  providers(region: string): pulumi.ProviderResource[];
  /** The AWS part of a region; undefined on an existing cluster. */
  aws(region: string): AwsGround | undefined;
  /** Image of a model in a region, by digest. */
  image(model: Model, region: string): pulumi.Input<string>;
}

/**
 * Lays the ground of a stack: keys, registries, buckets, trail and roles on AWS, nothing on an
 * existing cluster.
 */
export function layGround(config: StackConfig, models: readonly Model[], root: string): Ground {
  return config.target === "aws" ? awsGround(config, models, root) : clusterGround();
}

function clusterGround(): Ground {
  const provider = new KubernetesProvider("local", { enableServerSideApply: true });
  return {
    providers: () => [provider],
    aws: () => undefined,
    image: (model) => model.image ?? localImage(model.release),
  };
}

function awsGround(config: StackConfig, models: readonly Model[], root: string): Ground {
  const {
    organization,
    environment,
    auditRetention,
    access,
    account = "",
    domain = { name: "", hostedZoneId: "" },
    kubernetesVersion = "",
  } = config;
  const names = config.regions.map((region) => region.name);
  const providers = Object.fromEntries(
    names.map((region) => [region, awsProvider(region, config)]),
  );
  const foundation = new GlobalFoundation("foundation", {
    organization,
    account,
    environment,
    regions: names,
    auditRetention,
    runRetention: Object.fromEntries(
      models.map(({ contract }) => [contract.name, contract.retention.trainingData]),
    ),
    models: models.map((model) => model.contract.name),
    access,
    alertEmails: access.alertEmails,
    providers,
  });
  const built = environment === "dev" ? buildImages(models, foundation, names[0] ?? "", root) : {};
  return {
    providers: (region) => [providers[region]].filter((provider) => provider !== undefined),
    aws: (region) => ({
      cidr: config.regions.find(({ name }) => name === region)?.cidr ?? "",
      kubernetesVersion,
      domainName: domain.name,
      hostedZoneId: domain.hostedZoneId,
      keys: {
        logs: foundation.keyArn("logs", region),
        secrets: foundation.keyArn("secrets", region),
        volumes: foundation.keyArn("volumes", region),
      },
      logBucketName: foundation.logBucketName(region),
      metrics: { ...foundation.metricsWorkspace, region: names[0] ?? "" },
      audit: {
        bucketName: bucketName({ organization, account, environment }, "audit", region),
        bucketArn: foundation.bucket("audit", region).arn,
        keyArn: foundation.keyArn("audit", region),
      },
      access,
      breakGlassRoleArn: foundation.roleArns.breakGlass,
    }),
    image: (model, region) =>
      model.image ??
      built[model.contract.name] ??
      foundation
        .repositoryUrl(model.contract.name, region)
        .apply((url) => pinnedImage(url, model.release)),
  };
}

function awsProvider(
  region: string,
  { account, environment, organization }: StackConfig,
): AwsProvider {
  const tags = {
    "causeway:owner": organization,
    "causeway:environment": environment,
    "causeway:managed-by": "pulumi",
  };
  return new AwsProvider(region, {
    region,
    allowedAccountIds: account === undefined ? [] : [account],
    defaultTags: { tags },
  });
}

/**
 * In dev an image is built from the working tree; elsewhere only what a release manifest names is
 * served.
 */
function buildImages(
  models: readonly Model[],
  foundation: GlobalFoundation,
  home: string,
  root: string,
): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(
    models.map(({ contract, release }) => {
      const image = new ModelImage(`image-${contract.name}`, {
        model: contract.name,
        root,
        repositoryUrl: foundation.repositoryUrl(contract.name, home),
        tag: release.version,
      });
      return [contract.name, image.ref];
    }),
  );
}

/**
 * Names and health checks over all regions of a stack on AWS; an existing cluster has no entry of
 * ours.
 */
export function globalEntry(
  { domain, recovery, regions: declared, models }: StackConfig,
  platforms: readonly RegionalPlatform[],
): GlobalEntry | undefined {
  if (domain === undefined || recovery === undefined) return undefined;
  const regions = platforms.flatMap(({ region, entry }) => {
    if (entry === undefined) return [];
    const peaks = models.flatMap(({ name, peakRequestsPerSecond }) =>
      peakRequestsPerSecond?.[region] === undefined
        ? []
        : [[name, peakRequestsPerSecond[region]] as const],
    );
    const { drained } = declared.find(({ name }) => name === region) ?? {};
    return [
      {
        region,
        albDnsName: entry.albDnsName,
        albZoneId: entry.albZoneId,
        hostName: entry.hostName,
        ...(drained && { drained }),
        peakRequestsPerSecond: Object.fromEntries(peaks),
      },
    ];
  });
  return new GlobalEntry("entry", {
    domainName: domain.name,
    hostedZoneId: domain.hostedZoneId,
    recovery,
    regions,
  });
}
