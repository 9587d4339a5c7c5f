import type { IRollout } from "@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/Rollout";
import type * as pulumi from "@pulumi/pulumi";
import { analysisArguments } from "../gates/analysis";
import { paces } from "../gates/pace";
import { podTemplate } from "./pod-template";
import { managedRoutes, trialRoute } from "./routing";
import { type ServingSettings } from "./definition";
import { releaseSteps } from "./steps";
import { releaseLabels, servingNames } from "../../services/evidence/rollout";
import { metadata, podSelector } from "../kubernetes/model-objects";

/**
 * The Rollout of a model. `replicas` is left out: Argo Rollouts sets it to 1 when it first sees the
 * object, the autoscaler raises it to the minimum at once and owns it from then on, and an update
 * that does not name the field leaves it alone. There is no rollback window either: it skips every
 * step for any older version, also for one that was refused on its trial.
 */
export function rollout(settings: ServingSettings, image: pulumi.Input<string>) {
  const { contract } = settings;
  // Argo Rollouts rewrites the object (0.5 CPU becomes 500m) and then owns what it rewrote; what is
  // declared here wins.
  const base = metadata(contract.name, servingNames(contract.name).model, {
    "pulumi.com/patchForce": "true",
  });
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata: { ...base, labels: { ...base.labels, ...releaseLabels(settings) } },
    spec: {
      selector: { matchLabels: podSelector(contract.name) },
      minReadySeconds: 10,
      progressDeadlineSeconds: paces[settings.environment].startSeconds,
      // A version that never gets ready is rolled back like one that errs.
      progressDeadlineAbort: true,
      revisionHistoryLimit: 5,
      analysis: { successfulRunHistoryLimit: 10, unsuccessfulRunHistoryLimit: 10 },
      strategy: { canary: canary(settings) },
      template: podTemplate(settings, image),
    },
  };
}

function canary(settings: ServingSettings) {
  const { contract, replicas } = settings;
  const names = servingNames(contract.name);
  const managed = managedRoutes[contract.release.strategy];
  return {
    stableService: names.stable,
    canaryService: names.canary,
    maxSurge: "25%",
    maxUnavailable: 0,
    // A trial on a single pod would not tell a bad version from a bad node.
    minPodsPerReplicaSet: Math.min(2, replicas.min),
    // The stable version stays at full size: on a failure all requests go back to it at once, also
    // in a spike.
    dynamicStableScale: false,
    scaleDownDelaySeconds: 300,
    abortScaleDownDelaySeconds: 60,
    trafficRouting: {
      ...(managed.length > 0 && { managedRoutes: managed.map((name) => ({ name })) }),
      istio: {
        virtualService: { name: names.model, routes: [trialRoute[contract.release.strategy]] },
      },
    },
    analysis: {
      templates: [{ templateName: names.watch }],
      // From the first step that sends it requests.
      startingStep: 1,
      args: analysisArguments,
    },
    steps: releaseSteps(settings),
  } satisfies NonNullable<IRollout["spec"]["strategy"]>["canary"];
}
