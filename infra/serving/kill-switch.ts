import type { Contract } from "../../services/contract/contract";
import { namespaces, ports } from "../kubernetes/labels";
import type { DeliveryState, KillTarget } from "./delivery";
import { annotationPrefix } from "../../services/contract/labels";
import { servingNames } from "../../services/evidence/rollout";
import { modelPath } from "../kubernetes/model-objects";

/** Name of the route that stands before all others while a model is switched off. */
export const killRoute = "kill-switch";
/** Annotation of a switched-off model's VirtualService, with the reason. */
export const killAnnotation = `${annotationPrefix}/kill-switch`;

/** A VirtualService's list of routes, as far as the switch reads it. */
export interface Routes {
  readonly metadata: { readonly annotations?: Record<string, string> };
  readonly spec: {
    readonly http: readonly {
      readonly name?: string;
      readonly timeout?: string;
      readonly retries?: unknown;
    }[];
  };
}

/**
 * The route that takes all of a model's requests to the champion, to the fallback model, or to an
 * answer of 503.
 */
export function killRouteOf(
  { name, serving }: Pick<Contract, "name" | "serving">,
  to: KillTarget,
  timing: { readonly timeout?: string; readonly retries?: unknown },
) {
  const { fallback } = serving;
  const other =
    to === "fallback" && fallback !== undefined && "model" in fallback ? fallback.model : undefined;
  const target = servingNames(other ?? name);
  return {
    name: killRoute,
    match: [{ uri: { exact: modelPath(name) } }, { uri: { prefix: `${modelPath(name)}/` } }],
    ...(other !== undefined && {
      rewrite: {
        uriRegexRewrite: { match: `^${modelPath(name)}(/|$)`, rewrite: `${modelPath(other)}\\1` },
      },
    }),
    ...(to === "fallback" &&
      other === undefined && { fault: { abort: { httpStatus: 503, percentage: { value: 100 } } } }),
    // Two destinations as in the routes that Argo Rollouts weighs, so that the paths of
    // `ignoreChanges` exist with and without this route.
    route: [
      { destination: destination(target.stable), weight: 100 },
      { destination: destination(target.canary), weight: 0 },
    ],
    ...(timing.timeout !== undefined && { timeout: timing.timeout }),
    ...(timing.retries !== undefined && { retries: timing.retries }),
  };
}

/**
 * The VirtualService of a model that is switched off: its own routes stay behind the one that takes
 * everything.
 */
export function switchedRoutes<V extends Routes>(
  service: V,
  contract: Contract,
  { killSwitch }: DeliveryState,
) {
  if (killSwitch === undefined) return service;
  const [first = {}] = service.spec.http;
  return {
    ...service,
    metadata: {
      ...service.metadata,
      annotations: {
        ...service.metadata.annotations,
        [killAnnotation]: `${killSwitch.to}: ${killSwitch.reason}`,
      },
    },
    spec: {
      ...service.spec,
      http: [killRouteOf(contract, killSwitch.to, first), ...service.spec.http],
    },
  };
}

/** A release's weights are left to Argo Rollouts, except while the switch decides. */
export function ignoredWhileOn(
  ignored: readonly string[],
  { killSwitch }: DeliveryState,
): string[] {
  return killSwitch === undefined ? [...ignored] : [];
}

function destination(name: string) {
  return { host: `${name}.${namespaces.models}.svc.cluster.local`, port: { number: ports.http } };
}
