import * as pulumi from "@pulumi/pulumi";
import type { Contract } from "../../services/contract/contract";
import type { Release } from "../../services/evidence/release";
import { days, millicores } from "../../services/contract/units";
import { loadBalancerHosts } from "../region/certificate";
import { originName, type RegionalEntry } from "../region/entry";
import { regionalName } from "../aws/entry-records";
import { clusterName } from "../aws/naming";
import { Addons } from "../platform/addons";
import { minimumPredictionDays } from "../platform/elastic/lifecycle";
import { LogStore, type LogSnapshots } from "../platform/elastic/log-store";
import type { Headroom } from "../platform/headroom";
import { Mesh, type LoadBalancer } from "../platform/mesh";
import { Observability } from "../observability/component";
import { ObservabilitySecrets, type AlertWebhooks } from "../platform/observability-secrets";
import type { ReadinessRoute } from "../platform/mesh-gateway";
import type { VolumeSource } from "../platform/storage";
import { Tenancy } from "../platform/tenancy";
import type { StackConfig } from "./schema";
import type { GovernanceRecord } from "../../services/evidence/governance";
import type { Verification } from "../../services/evidence/verification";
import type { RetrainingRoute } from "../observability/alertmanager";
import {
  createNetwork,
  createRegionalBase,
  type AwsBase,
  type RegionalBase,
  type RegionalNetwork,
} from "./regional-base";
import { createRetraining } from "./regional-retraining";
import type { RetrainingBase } from "./retraining";
import { reaches, type Stage } from "./stages";
import type { DeliveryState } from "../serving/delivery";
import { ModelService } from "../serving/model-service";
import type { OrderedOptions } from "../kubernetes/ordering";
import { namespaces, ports } from "../kubernetes/labels";
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

export interface RegionalPlatformArgs {
  readonly region: string;
  /** Regions of the stack. */
  readonly regions: number;
  /** Name of the stack. */
  readonly stack: string;
  readonly environment: StackConfig["environment"];
  /** How far the region is built up. */
  readonly stage: Stage;
  readonly identity: StackConfig["identity"];
  /**
   * Host name that callers use, e.g. `models.example.com`. @default the name of the region's load
   * balancer
   */
  readonly host: string | undefined;
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
  readonly retraining?: RetrainingBase | undefined;
  /**
   * Blocks of an existing cluster's API server where it has addresses outside the private ones.
   * @default none
   */
  readonly apiServers?: readonly string[] | undefined;
  /** @default an existing cluster, which the given Kubernetes provider reaches */
  readonly aws?: AwsBase | undefined;
}

/** A region with everything but its models. */
interface Platform {
  readonly base: RegionalBase | undefined;
  readonly inCluster: pulumi.ComponentResourceOptions;
  /** Options of what waits for the controllers. */
  readonly onControllers: OrderedOptions;
  readonly mesh: Mesh;
  readonly logs: LogStore;
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
  /** Where callers enter the region, on AWS from the stage `platform` on. */
  readonly entry: RegionalEntry | undefined;
  /** How its cluster is reached, on AWS. */
  readonly clusterAccess: Record<string, unknown> | undefined;
  /** Services by model; none before the stage `models`. */
  readonly services: Readonly<Record<string, ModelService>> = {};
  /** Absent before the stage `platform`. */
  readonly logs: LogStore | undefined;

  constructor(
    private readonly name: string,
    private readonly args: RegionalPlatformArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    const { region, environment, models, aws } = args;
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

    const child = { parent: this };
    const network =
      aws && createNetwork(name, { region, stack: args.stack, environment, aws }, child);
    this.clusterAccess = network?.way;
    if (reaches(args.stage, "platform")) {
      const platform = this.createPlatform(network);
      this.entry = platform.base?.entry;
      this.logs = platform.logs;
      if (reaches(args.stage, "models")) this.services = this.createModels(platform);
    }
    this.registerOutputs({ services: Object.keys(this.services) });
  }

  /** The cluster, and everything in it that is there before a model. */
  private createPlatform(network: RegionalNetwork | undefined): Platform {
    const { name, args } = this;
    const { region, stack, environment, aws } = args;
    const base =
      aws &&
      network &&
      createRegionalBase(
        name,
        { region, stack, environment, gpu: asksForGpu(args), aws },
        network,
        { parent: this },
      );
    const inCluster = { parent: this, ...(base && { providers: [base.cluster.provider] }) };
    const ready = this.createControllers(base, inCluster);
    const onControllers = { ...inCluster, dependsOn: [...ready] };
    const mesh = this.createMesh(base?.loadBalancer, onControllers);
    const snapshots = aws && { ...aws.audit, clusterName: clusterName(args, region) };
    const logs = this.createLogStore(snapshots, onControllers);
    return { base, inCluster, onControllers, mesh, logs };
  }

  /** A service for each model, retraining and erasure. */
  private createModels({ base, inCluster, onControllers, mesh, logs }: Platform) {
    const { models, retraining } = this.args;
    // The mesh waits for the releases and they for the tenancy, so whoever waits for the mesh waits
    // for all of them.
    const services = Object.fromEntries(
      models.map((model) => [
        model.contract.name,
        this.createService(model, mesh.ready, inCluster),
      ]),
    );
    if (retraining) this.createRetraining(retraining, base, logs, onControllers);
    return services;
  }

  /** Tenancy, controllers and what watches them; whoever uses the cluster waits for these. */
  private createControllers(
    base: RegionalBase | undefined,
    inCluster: pulumi.ComponentResourceOptions,
  ): readonly pulumi.Resource[] {
    const { name, args } = this;
    const { region, environment, runbookBase, aws, apiServers } = args;
    const nodes = base?.cluster.ready ?? [];
    const gpu = asksForGpu(args);
    const volumes: VolumeSource = aws
      ? { target: "aws", keyArn: aws.keys.volumes }
      : { target: "kubernetes", provisioner: localProvisioner };
    const tenancy = new Tenancy(
      `${name}-tenancy`,
      { region, environment, volumes, network: aws?.cidr, apiServers, headroom: headroomFor(args) },
      { ...inCluster, dependsOn: [...nodes] },
    );
    const secrets = new ObservabilitySecrets(
      `${name}-secrets`,
      { region, webhooks: args.alertWebhooks },
      { ...inCluster, dependsOn: [...tenancy.ready] },
    );
    const addons = new Addons(
      `${name}-addons`,
      {
        region,
        clusterName: clusterName(args, region),
        environment,
        target: volumes.target,
        pages: args.alertWebhooks !== undefined,
        retrainingRoute: retrainingRouteOf(args),
        gpu,
        runbookBase,
        workspace: aws?.metrics,
      },
      {
        ...inCluster,
        dependsOn: [...nodes, ...tenancy.ready, ...secrets.ready, ...(base?.access ?? [])],
      },
    );
    new Observability(
      `${name}-observability`,
      { region, gpu, runbookBase },
      { ...inCluster, dependsOn: [...addons.ready] },
    );
    return addons.ready;
  }

  private createRetraining(
    retraining: RetrainingBase,
    base: RegionalBase | undefined,
    logs: LogStore,
    opts: OrderedOptions,
  ): void {
    createRetraining(
      this.name,
      {
        ...this.args,
        retraining,
        eraserPassword: logs.eraserPassword,
        clusterName: base?.cluster.clusterName,
      },
      opts,
    );
  }

  private createMesh(loadBalancer: LoadBalancer | undefined, opts: OrderedOptions): Mesh {
    const { region, identity } = this.args;
    return new Mesh(
      `${this.name}-mesh`,
      {
        region,
        identity,
        hosts: hosts(this.args),
        readiness: readinessOf(this.args),
        loadBalancer,
      },
      opts,
    );
  }

  private createLogStore(snapshots: LogSnapshots | undefined, opts: OrderedOptions): LogStore {
    const { region, environment, models, runbookBase } = this.args;
    return new LogStore(
      `${this.name}-logs`,
      { region, environment, predictionDays: predictionDays(models), snapshots, runbookBase },
      opts,
    );
  }

  /**
   * A model's service; it waits for what it stands on, and for the same model in the region before.
   */
  private createService(
    model: ServedModel,
    ready: readonly pulumi.Resource[],
    opts: pulumi.ComponentResourceOptions,
  ): ModelService {
    const { region, environment, keyRing, runbookBase, after } = this.args;
    const before = after?.[model.contract.name];
    const dependsOn = before ? [...ready, before] : [...ready];
    return new ModelService(
      `${this.name}-${model.contract.name}`,
      {
        ...model,
        region,
        regions: this.args.regions,
        environment,
        host: this.args.host ?? loadBalancerHosts(region),
        address: this.args.host ?? this.entry?.albDnsName,
        keyRing,
        runbookBase,
        prometheusAddress,
        after: before,
      },
      { ...opts, dependsOn },
    );
  }
}

/** What starts a retraining by way of the region: see `retrainingRoutes`. */
function retrainingRouteOf({ region, retraining }: RegionalPlatformArgs): RetrainingRoute {
  if (retraining === undefined || retraining.regions.length < 2) return "own";
  return region === retraining.home ? "all" : "none";
}

/** Whether a model of the region asks for a GPU. */
function asksForGpu({ models }: RegionalPlatformArgs): boolean {
  return models.some(({ contract }) => contract.serving.gpu > 0);
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

/**
 * Host names of the gateway: the one of callers and, on AWS, the region's own. Without a domain it
 * answers for any load balancer of the region, because the name of its own is known too late for
 * the policies; no other one reaches it.
 */
function hosts({ region, host, aws }: RegionalPlatformArgs): string[] {
  if (host === undefined) return [loadBalancerHosts(region)];
  return aws ? [host, regionalName(region, host), originName(region, host)] : [host];
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
