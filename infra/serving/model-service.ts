import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { ConfigMap, Secret, Service, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1";
import * as pulumi from "@pulumi/pulumi";
import { modelDashboard } from "../observability/dashboards/model";
import { dashboardMap } from "../observability/dashboards/provision";
import { prometheusRule } from "../observability/rules";
import { modelLabels } from "../kubernetes/labels";
import { analysisTemplates } from "../gates/analysis";
import { scaledObject } from "./autoscaling";
import { deliveryEvidence, type DeliveryState, type KillSwitch } from "./delivery";
import { attestationMap } from "./documents";
import { authorizationPolicy, networkPolicy } from "./isolation";
import { keySecret } from "./keys";
import { ignoredWhileOn, switchedRoutes } from "./kill-switch";
import { liveDigest, type LiveDigest } from "./live-digest";
import { podMonitor } from "./monitoring";
import { checkedImage, modelServiceProblems } from "./problems";
import { awaitedRollout, releaseSeconds } from "./release-wait";
import { rollout } from "./rollout";
import {
  destinationRule,
  feedbackRoute,
  routesOfRollouts,
  selectorOfRollouts,
  service,
  virtualService,
} from "./routing";
import { type ServingSettings } from "./definition";
import { servingNames } from "../../services/evidence/rollout";
import { metadata, modelPath, podSelector } from "../kubernetes/model-objects";
import type { Contract } from "../../services/contract/contract";
import { durationText } from "../../services/contract/units";

/** Share of a model's pods, in percent, that may be evicted at the same time. */
export const evictablePercent = 25;

/**
 * How many pods node upgrades may take at once. A share and not a count, because the number of pods
 * is the autoscaler's; Kubernetes rounds it up, so that a single replica never blocks a drain and
 * three keep two.
 */
export function podDisruptionBudget(contract: Contract) {
  const { model } = servingNames(contract.name);
  return {
    metadata: metadata(model, model),
    spec: {
      selector: { matchLabels: podSelector(model) },
      maxUnavailable: `${evictablePercent}%`,
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    },
  };
}

export interface ModelServiceArgs extends ServingSettings, DeliveryState {
  /** Image of the server with its model, by digest: `name@sha256:...`. */
  readonly image: pulumi.Input<string>;
  /** The ring of keys behind pseudonyms and prediction ids: a secret. */
  readonly keyRing: pulumi.Input<string>;
  /** Address of the folder of the runbooks; ends with a slash. */
  readonly runbookBase: string;
  /** Host that callers write, where `host` is a pattern of several. @default `host` */
  readonly address?: pulumi.Input<string> | undefined;
  /**
   * Annotations of the service account, such as those of a cloud's workload identity. @default none
   */
  readonly serviceAccountAnnotations?: Record<string, string> | undefined;
  /**
   * The same model in the region that takes releases before this one; a release that fails there
   * never comes here. @default none
   */
  readonly after?: ModelService | undefined;
}

/**
 * One model in one region: its pods, how requests reach them, how they scale, and how a new version
 * takes over.
 */
export class ModelService extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:serving:ModelService";

  /**
   * Digest of the image that this stack wants; the live one differs while a release is on trial and
   * after it was refused.
   */
  readonly desiredDigest: pulumi.Output<string>;
  /**
   * Image that serves the region's requests, as far as the last update or refresh and the verdicts
   * on record show.
   */
  readonly live: pulumi.Output<LiveDigest>;
  /** The Rollout; whoever depends on it waits until the release serves all requests. */
  readonly release: pulumi.Resource;
  /** Set while the stack file switches the model off. */
  readonly killSwitch: KillSwitch | undefined;
  /** Public URL of the model. */
  readonly endpoint: pulumi.Output<string>;
  /** Name of the Rollout. */
  readonly rollout: pulumi.Output<string>;

  constructor(name: string, args: ModelServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      ModelService.__pulumiType,
      name,
      { ...evidence(args), ...deliveryEvidence(args), image: args.image },
      opts,
    );
    const problems = modelServiceProblems(args);
    if (problems.length > 0)
      throw new pulumi.ResourceError(`${name}: ${problems.join("; ")}`, this);

    const image =
      typeof args.image === "string"
        ? args.image
        : pulumi.output(args.image).apply((known) => checkedImage(known, args.environment));

    const identity = this.createIdentity(name, args);
    const routes = this.createRoutes(name, args);
    const analyses = Object.entries(analysisTemplates(args)).map(
      ([analysis, template]) =>
        new CustomResource(`${name}-${analysis}`, template, { parent: this }),
    );
    const release = this.createRollout(name, args, image, [
      ...identity,
      ...routes,
      ...analyses,
      ...(args.after ? [args.after.release] : []),
    ]);
    this.createScaling(name, args, release);
    this.createObservability(name, args);

    this.desiredDigest = pulumi.output(image).apply((known) => known.slice(known.indexOf("@") + 1));
    this.endpoint = pulumi.interpolate`https://${args.address ?? args.host}${modelPath(args.contract.name)}`;
    this.rollout = release.metadata.name;
    this.live = liveOf(release, args);
    this.killSwitch = args.killSwitch;
    this.release = release;
    this.registerOutputs({
      desiredDigest: this.desiredDigest,
      live: this.live,
      endpoint: this.endpoint,
      rollout: this.rollout,
    });
  }

  /** Who the pods are, what key they hold, and who may reach them. */
  private createIdentity(name: string, args: ModelServiceArgs): pulumi.Resource[] {
    const { contract } = args;
    const { model } = servingNames(contract.name);
    const account = new ServiceAccount(
      `${name}-account`,
      {
        metadata: metadata(model, model, args.serviceAccountAnnotations),
        automountServiceAccountToken: false,
      },
      { parent: this },
    );
    const key = new Secret(`${name}-key`, keySecret(contract.name, args.keyRing), { parent: this });
    new NetworkPolicy(`${name}-network`, networkPolicy(contract), { parent: this });
    new CustomResource(`${name}-authorization`, authorizationPolicy(contract), { parent: this });

    return [account, key];
  }

  /** A Service and a rule for each version, and the routes of predictions and labels to them. */
  private createRoutes(name: string, args: ModelServiceArgs): pulumi.Resource[] {
    const { contract } = args;
    const names = servingNames(contract.name);
    const versions = (["stable", "canary"] as const).flatMap((version) => [
      new Service(`${name}-${version}`, service(contract, names[version]), {
        parent: this,
        ignoreChanges: selectorOfRollouts,
      }),
      new CustomResource(`${name}-${version}-rule`, destinationRule(args, names[version]), {
        parent: this,
      }),
    ]);
    const routes = new CustomResource(
      `${name}-routes`,
      switchedRoutes(virtualService(args), contract, args),
      {
        parent: this,
        dependsOn: versions,
        ignoreChanges: ignoredWhileOn(routesOfRollouts[contract.release.strategy], args),
      },
    );
    const labels = new CustomResource(`${name}-feedback`, feedbackRoute(args), {
      parent: this,
      dependsOn: versions,
    });
    return [...versions, routes, labels];
  }

  private createRollout(
    name: string,
    args: ModelServiceArgs,
    image: pulumi.Input<string>,
    dependsOn: readonly pulumi.Resource[],
  ): CustomResource {
    const trial = rollout(args, image);
    const timeout = `${releaseSeconds(args, trial.spec.progressDeadlineSeconds)}s`;
    return new CustomResource(`${name}-rollout`, awaitedRollout(trial, args, args), {
      parent: this,
      customTimeouts: { create: timeout, update: timeout },
      dependsOn: [...dependsOn],
    });
  }

  private createScaling(name: string, args: ModelServiceArgs, release: CustomResource): void {
    new PodDisruptionBudget(`${name}-budget`, podDisruptionBudget(args.contract), { parent: this });
    new CustomResource(`${name}-autoscaler`, scaledObject(args), {
      parent: this,
      dependsOn: release,
    });
  }

  /** What watches the model, and what people read about it. */
  private createObservability(name: string, args: ModelServiceArgs): void {
    const { contract } = args;
    new CustomResource(`${name}-monitor`, podMonitor(contract), { parent: this });
    new CustomResource(`${name}-rules`, prometheusRule(contract, args.runbookBase), {
      parent: this,
    });
    if (args.attestation !== undefined)
      new ConfigMap(`${name}-attestation`, attestationMap(contract, args.attestation), {
        parent: this,
      });
    new ConfigMap(
      `${name}-dashboard`,
      dashboardMap(modelDashboard(contract), modelLabels(contract.name)),
      { parent: this },
    );
  }
}

/** What serves, read from the Rollout and the verdicts on record. */
function liveOf(
  release: CustomResource,
  { verdicts = [], region }: ModelServiceArgs,
): pulumi.Output<LiveDigest> {
  return pulumi
    .output({
      metadata: release.metadata,
      spec: Reflect.get(release, "spec"),
      status: Reflect.get(release, "status"),
    })
    .apply((known) => liveDigest(known, verdicts, region));
}

/**
 * What governance rules judge: the inputs of the ModelService component, as plain values. The
 * release manifest is passed as it is, so that a rule reads the very evidence that was validated
 * and will be kept.
 */
export function evidence({
  contract,
  release,
  environment,
  region,
  replicas,
  governance,
  verification,
}: ServingSettings) {
  return {
    model: contract.name,
    purpose: contract.purpose,
    ownerTeam: contract.owner.team,
    ownerContact: contract.owner.contact,
    riskTier: contract.riskTier,
    ...(contract.notice !== undefined && { notice: contract.notice }),
    ...(governance && { governance }),
    environment,
    region,
    channel: contract.release.channel,
    strategy: contract.release.strategy,
    maximumAge: durationText(contract.release.maximumAge),
    replicas,
    gpus: contract.serving.gpu,
    protectedAttributes: contract.protectedAttributes.map(({ name }) => name),
    logRetention: durationText(contract.retention.predictionLogs),
    release,
    ...(verification && { verification }),
  };
}
