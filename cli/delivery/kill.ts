import { loadContract } from "../../services/contract/load";
import { InputError } from "../../services/contract/problems";
import type { KillTarget } from "../../infra/serving/delivery";
import { killAnnotation, killRoute, killRouteOf } from "../../infra/serving/kill-switch";
import { retryingConflicts } from "./cluster";
import { inFlight, regionOf } from "../../services/delivery/objects";
import type { DeliveryContext } from "./record";

/** What the kill switch did. */
export interface Killed {
  readonly region: string;
  /** Whether a release that was on trial was aborted. */
  readonly aborted: boolean;
}

/**
 * Sends all of a model's requests to the champion or to its declared fallback, at once and without
 * an update, and aborts a release that is on trial. It acts first and records then: a ledger that
 * cannot be reached must not keep a bad model alive.
 */
export async function kill(
  context: DeliveryContext,
  to: KillTarget,
  reason: string,
): Promise<Killed> {
  if (reason.trim() === "")
    throw new InputError("--reason", [
      { key: "reason", got: reason, allowed: "a reason in words" },
    ]);
  const { cluster, model, modelsFolder, ledger } = context;
  const contract = loadContract(modelsFolder, model);
  await retryingConflicts(async () => {
    const { metadata, spec } = await cluster.routes(model);
    const own = spec.http.filter(({ name }) => name !== killRoute);
    await cluster.patchRoutes(model, {
      metadata: {
        resourceVersion: metadata.resourceVersion,
        annotations: { [killAnnotation]: `${to}: ${reason}` },
      },
      spec: { http: [killRouteOf(contract, to, own[0] ?? {}), ...own] },
    });
  });
  const rollout = await cluster.rollout(model);
  const aborted = rollout.status !== undefined && inFlight(rollout.status);
  if (aborted) await cluster.patchStatus(model, { status: { abort: true } });
  const region = regionOf(rollout);
  await ledger.record({
    actor: await cluster.whoAmI(),
    action: "kill-switch",
    subject: model,
    details: { region, to, reason, aborted },
  });
  return { region, aborted };
}

/** Takes the kill switch's route away again. Throws InputError where there is none. */
export async function restore(
  { cluster, model, ledger }: DeliveryContext,
  reason: string,
): Promise<{ readonly region: string }> {
  await retryingConflicts(async () => {
    const { metadata, spec } = await cluster.routes(model);
    const own = spec.http.filter(({ name }) => name !== killRoute);
    if (own.length === spec.http.length)
      throw new InputError(model, [
        { key: "kill switch", got: "off", allowed: "a model that is switched off" },
      ]);
    await cluster.patchRoutes(model, {
      metadata: {
        resourceVersion: metadata.resourceVersion,
        annotations: { [killAnnotation]: null },
      },
      spec: { http: own },
    });
  });
  const region = regionOf(await cluster.rollout(model));
  await ledger.record({
    actor: await cluster.whoAmI(),
    action: "kill-switch",
    subject: model,
    details: { region, to: "off", reason },
  });
  return { region };
}
