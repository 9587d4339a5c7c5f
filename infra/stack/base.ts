import { Provider as AwsProvider } from "@pulumi/aws/provider";
import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { GlobalFoundation } from "../aws/foundation";
import { GlobalEntry } from "../aws/global-entry";
import { bucketName, ledgerLocation, signingKeyLocation, stackTag } from "../aws/naming";
import { within } from "../aws/workload-boundary";
import { selfSigned } from "../region/self-signed";
import type { AwsConfig, StackConfig } from "./schema";
import type { Model } from "./models";
import type { AwsBase } from "./regional-base";
import type { RegionalPlatform } from "./regional-platform";
import { reaches } from "./stages";
import { localImage, ModelImage, pinnedImage } from "../serving/images";

/** What a stack stands on, on AWS or on a cluster that a kubeconfig names. */
export interface StackBase {
  /** Providers that a region's resources use. */
  providers(region: string): pulumi.ProviderResource[];
  /** What a region's resources have in common. */
  readonly transformations: pulumi.ResourceTransformation[];
  /** The AWS part of a region; undefined on an existing cluster. */
  aws(region: string): AwsBase | undefined;
  /** Addresses that images are published to, by model or shared image. */
  readonly repositories: Readonly<Record<string, pulumi.Output<string>>>;
  /** Where a release is signed and put on record; undefined on an existing cluster. */
  readonly signing?: { readonly signingKey: string; readonly ledger: string };
  /** Image of a model in a region, by digest. */
  image(model: Model, region: string): pulumi.Input<string>;
}

/**
 * Creates the base of a stack: keys, registries, buckets, trail and roles on AWS, nothing on an
 * existing cluster.
 */
export function createBase(
  config: StackConfig,
  models: readonly Model[],
  root: string,
  providers: AwsProviders,
): StackBase {
  return config.target === "aws" ? awsBase(config, models, root, providers) : clusterBase();
}

/** Providers of AWS by region. */
export type AwsProviders = Readonly<Record<string, AwsProvider>>;

/** A provider for each region on AWS; none on an existing cluster. */
export function createAwsProviders(config: StackConfig): AwsProviders {
  if (config.target !== "aws") return {};
  return Object.fromEntries(config.regions.map(({ name }) => [name, awsProvider(name, config)]));
}

function clusterBase(): StackBase {
  const provider = new KubernetesProvider("local", { enableServerSideApply: true });
  return {
    providers: () => [provider],
    transformations: [],
    aws: () => undefined,
    repositories: {},
    image: (model) => model.image ?? localImage(model.release),
  };
}

function awsBase(
  config: AwsConfig,
  models: readonly Model[],
  root: string,
  providers: AwsProviders,
): StackBase {
  const { environment } = config;
  const [home = ""] = config.regions.map(({ name }) => name);
  const foundation = createFoundation(config, models, providers);
  // An image is built when it is to be served: the stages before need neither it nor Docker.
  const builds = environment === "dev" && config.stage === "models";
  const built = builds ? buildImages(models, foundation, home, root) : {};
  return {
    repositories: foundation.repositoriesIn(home),
    signing: { signingKey: signingKeyLocation(config, home), ledger: ledgerLocation(config, home) },
    providers: (region) => [providers[region]].filter((provider) => provider !== undefined),
    transformations: [within(foundation.workloads)],
    aws: (region) => {
      const declared = config.regions.find(({ name }) => name === region);
      return declared && regionOnAws(config, foundation, declared);
    },
    image: (model, region) =>
      model.image ??
      built[model.contract.name] ??
      foundation
        .repositoryUrl(model.contract.name, region)
        .apply((url) => pinnedImage(url, model.release)),
  };
}

function createFoundation(
  {
    organization,
    account,
    stack,
    environment,
    regions,
    auditRetention,
    access,
    threatDetection,
    clusterAccess,
  }: AwsConfig,
  models: readonly Model[],
  providers: AwsProviders,
): GlobalFoundation {
  return new GlobalFoundation("foundation", {
    organization,
    account,
    stack,
    environment,
    regions: regions.map(({ name }) => name),
    auditRetention,
    runRetention: Object.fromEntries(
      models.map(({ contract }) => [contract.name, contract.retention.trainingData]),
    ),
    models: models.map((model) => model.contract.name),
    access,
    alertEmails: access.alertEmails,
    threatDetection,
    ...(clusterAccess.via === "ssm" && { sessions: true }),
    providers,
  });
}

/** Port of this machine for sessions to the first region; each further region has the next one. */
const firstTunnelPort = 8443;

/** What the foundation and the stack file give to a region. */
function regionOnAws(
  config: AwsConfig,
  foundation: GlobalFoundation,
  { name: region, cidr }: AwsConfig["regions"][number],
): AwsBase {
  const { environment, access, kubernetesVersion, domain, regions } = config;
  return {
    account: config.account,
    cidr,
    deletionProtection: config.deletionProtection ?? environment === "prod",
    kubernetesVersion,
    callers: domain
      ? { domainName: domain.name, hostedZoneId: domain.hostedZoneId }
      : { issue: (hosts) => selfSigned(hosts, new Date()) },
    keys: {
      logs: foundation.keyArn("logs", region),
      secrets: foundation.keyArn("secrets", region),
      volumes: foundation.keyArn("volumes", region),
    },
    logBucketName: foundation.logBucketName(region),
    metrics: { ...foundation.metricsWorkspace, region: regions[0]?.name ?? "" },
    audit: {
      bucketName: bucketName(config, "audit", region),
      bucketArn: foundation.bucket("audit", region).arn,
      keyArn: foundation.keyArn("audit", region),
    },
    access,
    breakGlassRoleArn: foundation.roleArns.breakGlass,
    clusterAccess: config.clusterAccess,
    tunnelPort: firstTunnelPort + regions.findIndex(({ name }) => name === region),
  };
}

function awsProvider(
  region: string,
  { account, stack, environment, organization }: AwsConfig,
): AwsProvider {
  const tags = {
    "causeway:owner": organization,
    [stackTag]: stack,
    "causeway:environment": environment,
    "causeway:managed-by": "pulumi",
  };
  return new AwsProvider(region, {
    region,
    allowedAccountIds: [account],
    defaultTags: { tags },
  });
}

/**
 * In dev an image that the stack file does not name is built from the working tree; elsewhere only
 * what a release manifest names is served.
 */
function buildImages(
  models: readonly Model[],
  foundation: GlobalFoundation,
  home: string,
  root: string,
): Record<string, pulumi.Output<string>> {
  const unnamed = models.filter(({ image }) => image === undefined);
  return Object.fromEntries(
    unnamed.map(({ contract, release }) => {
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
 * Names and health checks over all regions of a stack on AWS, once they have an entry; a stack
 * without a domain has none, nor has an existing cluster.
 */
export function globalEntry(
  base: StackBase,
  config: StackConfig,
  platforms: readonly RegionalPlatform[],
): GlobalEntry | undefined {
  if (config.target !== "aws" || !reaches(config.stage, "platform")) return undefined;
  const { domain, recovery, regions: declared, models } = config;
  if (domain === undefined) return undefined;
  const regions = platforms.flatMap(({ region, entry }) => {
    if (entry?.hostName === undefined) return [];
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
  // Names and health checks belong to no region; the home region's provider has the account check
  // and the tags.
  const [home = ""] = declared.map(({ name }) => name);
  return new GlobalEntry(
    "entry",
    {
      domainName: domain.name,
      hostedZoneId: domain.hostedZoneId,
      recovery,
      regions,
    },
    { providers: base.providers(home) },
  );
}
