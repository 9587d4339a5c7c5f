import * as pulumi from "@pulumi/pulumi";
import type { Contract } from "../../services/contract/contract";
import type { Release } from "../../services/evidence/release";
import { days, millicores } from "../../services/contract/units";
import { originName, RegionalEntry } from "../region/entry";
import { regionalName } from "../aws/entry-records";
import { Addons } from "../platform/addons";
import { minimumPredictionDays } from "../platform/elastic/lifecycle";
import { LogStore, type LogSnapshots } from "../platform/elastic/log-store";
import { gatewayPorts } from "../kubernetes/gateway";
import type { Headroom } from "../platform/headroom";
import { Mesh, type LoadBalancer } from "../platform/mesh";
import { Observability } from "../observability/component";
import { ObservabilitySecrets, type AlertWebhooks } from "../platform/observability-secrets";
import type { ReadinessRoute } from "../platform/mesh-gateway";
import type { VolumeSource } from "../platform/storage";
import { Tenancy } from "../platform/tenancy";
import type { SharedWorkspace } from "../platform/values/chart";
import type { StackConfig } from "./schema";
import type { GovernanceRecord } from "../../services/evidence/governance";
import type { Verification } from "../../services/evidence/verification";
import type { Hearing } from "../observability/alertmanager";
import { Erasure } from "../workflows/erasure/erasure";
import { RegionEraser } from "../workflows/erasure/region-eraser";
import { Follower } from "../workflows/retraining/follower";
import { Retraining } from "../workflows/retraining/retraining";
import type { RetrainingGround } from "./retraining";
import type { DeliveryState } from "../serving/delivery";
import { ModelService } from "../serving/model-service";
import { namespaces, ports } from "../kubernetes/labels";
import { Cluster } from "../region/cluster";
import { MetricsAccess } from "../platform/metrics-access";
import { Network } from "../region/network";
import { servingNames } from "../../services/evidence/rollout";
import { modelPath } from "../kubernetes/model-objects";

/** One model as a region serves it. */
export interface ServedModel extends DeliveryState {
  readonly contract: Contract;
  readonly release: Release;
  /** What stands beside the contract for its risk tier. @default nothing */
  readonly governance?: GovernanceRecord | undefined;
  readonly verification?: Verification | undefined;
  /** Public keys that releases are signed with. @default none */
  readonly trustedKeys?: readonly string[] | undefined;
  /** Text of the attestation of the published release. @default there is none */
  readonly attestation?: string | undefined;
  /** Replicas in this region. */
  readonly replicas: { readonly min: number; readonly max: number };
  /** Image by digest. */
  readonly image: pulumi.Input<string>;
}

/** What a region on AWS stands on; absent where the stack runs on an existing cluster. */
export interface AwsGround {
  /** IPv4 block of the VPC. */
  readonly cidr: string;
  readonly kubernetesVersion: string;
  readonly domainName: string;
  readonly hostedZoneId: string;
  readonly keys: {
    readonly logs: pulumi.Input<string>;
    readonly secrets: pulumi.Input<string>;
    readonly volumes: pulumi.Input<string>;
  };
  readonly logBucketName: pulumi.Input<string>;
  /** The metrics of all regions. */
  readonly metrics: SharedWorkspace & { readonly arn: pulumi.Input<string> };
  /** The region's audit bucket, which also holds the snapshots of the logs. */
  readonly audit: Omit<LogSnapshots, "clusterName">;
  readonly access: StackConfig["access"];
  readonly breakGlassRoleArn: pulumi.Input<string>;
}

export interface RegionalPlatformArgs {
  readonly region: string;
  readonly environment: StackConfig["environment"];
  readonly identity: StackConfig["identity"];
  /** Host name that callers use, e.g. `models.example.com`. */
  readonly host: string;
  readonly models: readonly ServedModel[];
  /** The ring of keys behind pseudonyms and prediction ids: a secret. */
  readonly keyRing: pulumi.Input<string>;
  /** Address of the folder of the runbooks; ends with a slash. */
  readonly runbookBase: string;
  /** Where Alertmanager tells people. @default nowhere */
  readonly alertWebhooks?: AlertWebhooks | undefined;
  /** Services that must have taken their releases before this region gets any. @default none */
  readonly after?: Readonly<Record<string, ModelService>> | undefined;
  /**
   * Retraining of the models: the runs in the home region alone, and a promoter in every other.
   * @default none
   */
  readonly retraining?: RetrainingGround | undefined;
  /** @default an existing cluster, which the given Kubernetes provider reaches */
  readonly aws?: AwsGround | undefined;
}

/** Idle replicas that prod keeps ready, one in each zone. */
const headroomReplicas = 3;
/**
 * Provisioner of kind and other small clusters; a class of another name in the same cluster is not
 * touched.
 */
const localProvisioner = "rancher.io/local-path";
/** In-cluster address of Prometheus, as the release `prometheus` names its service. */
const prometheusAddress = `http://prometheus-prometheus.${namespaces.observability}.svc.cluster.local:9090`;

/** One region: network, cluster, controllers, tenancy, mesh, and a service for each model. */
export class RegionalPlatform extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:regional:RegionalPlatform";

  readonly region: string;
  /** Where callers enter the region, on AWS. */
  readonly entry: RegionalEntry | undefined;
  readonly services: Readonly<Record<string, ModelService>>;
  readonly logs: LogStore;

  constructor(
    private readonly name: string,
    private readonly args: RegionalPlatformArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    const { region, environment, identity, models, aws } = args;
    super(
      RegionalPlatform.__pulumiType,
      name,
      {
        region,
        environment,
        target: aws ? "aws" : "kubernetes",
        models: models.map(({ contract }) => contract.name),
      },
      opts,
    );
    this.region = region;

    const ground = aws && this.createGround(aws);
    this.entry = ground?.entry;
    const inCluster = { parent: this, ...(ground && { providers: [ground.cluster.provider] }) };
    const nodes = ground?.cluster.ready ?? [];

    const volumes: VolumeSource = aws
      ? { target: "aws", keyArn: aws.keys.volumes }
      : { target: "kubernetes", provisioner: localProvisioner };
    const tenancy = new Tenancy(
      `${name}-tenancy`,
      { region, environment, volumes, network: aws?.cidr, headroom: headroomFor(args) },
      { ...inCluster, dependsOn: [...nodes] },
    );
    const secrets = new ObservabilitySecrets(
      `${name}-secrets`,
      { region, webhooks: args.alertWebhooks },
      { ...inCluster, dependsOn: [...tenancy.ready] },
    );
    const settings = {
      region,
      environment,
      target: volumes.target,
      pages: args.alertWebhooks !== undefined,
      hearing: hearingOf(args),
      gpu: asksForGpu(args),
      runbookBase: args.runbookBase,
      workspace: aws?.metrics,
    };
    const addons = new Addons(`${name}-addons`, settings, {
      ...inCluster,
      dependsOn: [...nodes, ...tenancy.ready, ...secrets.ready, ...(ground?.access ?? [])],
    });
    new Observability(
      `${name}-observability`,
      { region, gpu: settings.gpu, runbookBase: args.runbookBase },
      { ...inCluster, dependsOn: [...addons.ready] },
    );
    const mesh = new Mesh(
      `${name}-mesh`,
      {
        region,
        identity,
        hosts: hosts(args),
        readiness: readinessOf(args),
        loadBalancer: ground?.loadBalancer,
      },
      { ...inCluster, dependsOn: [...addons.ready] },
    );

    const snapshots = aws && { ...aws.audit, clusterName: clusterNameOf(args) };
    this.logs = new LogStore(
      `${name}-logs`,
      {
        region,
        environment,
        predictionDays: predictionDays(models),
        snapshots,
        runbookBase: args.runbookBase,
      },
      { ...inCluster, dependsOn: [...addons.ready] },
    );

    // The mesh waits for the releases and they for the tenancy, so whoever waits for the mesh waits
    // for all of them.
    this.services = Object.fromEntries(
      models.map((model) => [
        model.contract.name,
        this.createService(model, mesh.ready, inCluster),
      ]),
    );
    if (args.retraining)
      this.retrain(args.retraining, addons.ready, ground?.cluster.clusterName, inCluster);
    this.registerOutputs({ services: Object.keys(this.services) });
  }

  /** Network, load balancer and cluster of a region on AWS. */
  private createGround(aws: AwsGround): {
    readonly entry: RegionalEntry;
    readonly cluster: Cluster;
    readonly loadBalancer: LoadBalancer;
    readonly access: readonly pulumi.Resource[];
  } {
    const { name, args } = this;
    const { region, environment } = args;
    const child = { parent: this };
    const clusterName = clusterNameOf(args);
    const network = new Network(
      `${name}-network`,
      { region, environment, cidr: aws.cidr, logsKeyArn: aws.keys.logs },
      child,
    );
    const entry = new RegionalEntry(
      `${name}-entry`,
      {
        region,
        environment,
        domainName: aws.domainName,
        hostedZoneId: aws.hostedZoneId,
        vpcId: network.vpcId,
        vpcCidr: aws.cidr,
        publicSubnetIds: network.publicSubnetIds,
        logBucketName: aws.logBucketName,
        logsKeyArn: aws.keys.logs,
        clusterName,
        gatewayPort: gatewayPorts.tls,
      },
      child,
    );
    const cluster = new Cluster(
      `${name}-cluster`,
      {
        name: clusterName,
        region,
        environment,
        kubernetesVersion: aws.kubernetesVersion,
        computeProfile: "auto-mode",
        privateSubnetIds: network.privateSubnetIds,
        secretsKeyArn: aws.keys.secrets,
        logsKeyArn: aws.keys.logs,
        volumesKeyArn: aws.keys.volumes,
        administratorRoleArns: aws.access.pipelines,
        breakGlassRoleArn: aws.breakGlassRoleArn,
        access: aws.access,
        gpu: asksForGpu(args),
      },
      child,
    );
    const loadBalancer = {
      targetGroupArn: entry.targetGroupArn,
      securityGroupId: entry.securityGroupId,
      clusterSecurityGroupId: cluster.securityGroupId,
    };
    // Before the pods that it is for: they get their credentials at their start.
    const access = new MetricsAccess(
      `${name}-metrics`,
      { clusterName, workspaceArn: aws.metrics.arn },
      { ...child, dependsOn: [...cluster.ready] },
    );
    return { entry, cluster, loadBalancer, access: [access] };
  }

  private retrain(
    { scope, home, ...ground }: RetrainingGround,
    ready: readonly pulumi.Resource[],
    clusterName: string | undefined,
    opts: pulumi.ComponentResourceOptions,
  ): void {
    const { region, environment, keyRing, models } = this.args;
    const aws = scope && clusterName !== undefined ? { clusterName, scope } : undefined;
    // Data, champions and budget are one for all regions.
    if (region !== home) {
      const { ledger, orders, erasures } = ground.locations;
      if (aws && erasures !== undefined)
        new RegionEraser(
          `${this.name}-erasure`,
          {
            orders: erasures,
            logs: { region, password: this.logs.eraserPassword },
            runbookBase: this.args.runbookBase,
            image: ground.images.training,
            aws,
          },
          { ...opts, dependsOn: [...ready] },
        );
      if (aws && orders !== undefined)
        new Follower(
          `${this.name}-promotion`,
          {
            region,
            models: models.map(({ contract }) => contract.name),
            locations: { orders, ledger },
            approverKeys: ground.approverKeys,
            image: ground.images.delivery,
            aws,
          },
          { ...opts, dependsOn: [...ready] },
        );
      return;
    }
    const retraining = new Retraining(
      `${this.name}-retraining`,
      {
        ...ground,
        region,
        environment,
        models: models.map(({ contract, image }) => ({ contract, image })),
        aws,
      },
      { ...opts, dependsOn: [...ready] },
    );
    // Its steps run under accounts of the retraining too.
    new Erasure(
      `${this.name}-erasure`,
      {
        region,
        locations: ground.locations,
        images: ground.images,
        keyRing,
        runbookBase: this.args.runbookBase,
        logs: { region, password: this.logs.eraserPassword },
        aws,
      },
      { ...opts, dependsOn: [...ready, retraining] },
    );
  }

  /**
   * A model's service; it waits for what it stands on, and for the same model in the region before.
   */
  private createService(
    {
      contract,
      release,
      governance,
      verification,
      trustedKeys,
      attestation,
      replicas,
      image,
      verdicts,
      retry,
      killSwitch,
      declaredDigest,
      imageNamed,
    }: ServedModel,
    ready: readonly pulumi.Resource[],
    opts: pulumi.ComponentResourceOptions,
  ): ModelService {
    const { region, environment, host, keyRing, runbookBase, after } = this.args;
    const before = after?.[contract.name];
    const dependsOn = before ? [...ready, before] : [...ready];
    return new ModelService(
      `${this.name}-${contract.name}`,
      {
        contract,
        release,
        governance,
        verification,
        trustedKeys,
        attestation,
        replicas,
        image,
        verdicts,
        retry,
        killSwitch,
        declaredDigest,
        imageNamed,
        region,
        environment,
        host,
        keyRing,
        runbookBase,
        prometheusAddress,
        after: before,
      },
      { ...opts, dependsOn },
    );
  }
}

/** What starts a retraining by way of the region: see `hearings`. */
function hearingOf({ region, retraining }: RegionalPlatformArgs): Hearing {
  if (retraining === undefined || retraining.regions.length < 2) return "own";
  return region === retraining.home ? "all" : "elsewhere";
}

/** Whether a model of the region asks for a GPU. */
function asksForGpu({ models }: RegionalPlatformArgs): boolean {
  return models.some(({ contract }) => contract.serving.gpu > 0);
}

function clusterNameOf({ environment, region }: RegionalPlatformArgs): string {
  return `causeway-${environment}-${region}`;
}

/**
 * Days that prediction logs are kept: one lifecycle holds for all models, so the longest of their
 * contracts.
 */
function predictionDays(models: readonly ServedModel[]): number {
  return Math.max(
    minimumPredictionDays,
    ...models.map(({ contract }) => days(contract.retention.predictionLogs)),
  );
}

/** Host names of the gateway: the one of callers and, on AWS, the region's own. */
function hosts({ region, host, aws }: RegionalPlatformArgs): string[] {
  return aws
    ? [host, regionalName(region, aws.domainName), originName(region, aws.domainName)]
    : [host];
}

/**
 * A region counts as healthy while its first model can answer: a gateway in front of nothing must
 * not draw traffic.
 */
function readinessOf({ models: [first] }: RegionalPlatformArgs): ReadinessRoute | undefined {
  if (first === undefined) return undefined;
  const { model, stable } = servingNames(first.contract.name);
  return {
    host: `${stable}.${namespaces.models}.svc.cluster.local`,
    port: ports.http,
    path: `${modelPath(model)}/ready`,
  };
}

/**
 * Room for one more replica of the largest model in each zone while new nodes start; none outside
 * prod, where a spike may wait.
 */
function headroomFor({ environment, models }: RegionalPlatformArgs): Headroom {
  const largest = [...models].sort(
    (a, b) => millicores(b.contract.serving.cpu) - millicores(a.contract.serving.cpu),
  )[0];
  if (largest === undefined) return { replicas: 0, cpu: "100m", memory: "64Mi" };
  const { cpu, memory } = largest.contract.serving;
  return {
    replicas: environment === "prod" ? headroomReplicas : environment === "dev" ? 1 : 0,
    cpu,
    memory,
  };
}
