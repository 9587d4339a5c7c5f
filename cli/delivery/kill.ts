import { loadContract } from "../../services/contract/load";
import { InputError } from "../../services/contract/problems";
import { killTargets, type KillTarget } from "../../infra/serving/delivery";
import { killAnnotation, killRoute, killRouteOf } from "../../infra/serving/kill-switch";
import { retryingConflicts } from "./cluster";
import { regionOf } from "../../services/delivery/live-rollout";
import { inFlight } from "./objects";
import { Option } from "@commander-js/extra-typings";
import { modelsFolder } from "../project";
import type { OpenLedger } from "../../services/delivery/ledger-location";
import { ledgerAt } from "../ledger";
import { jsonHelp, type CommandLine } from "../command";
import { VerbError } from "../exit-codes";
import type { Terminal } from "../terminal";
import {
  clusterAt,
  contextOption,
  contextsOf,
  ledgerOption,
  modelHelp,
  type Target,
  type DeliveryContext,
} from "./regions";

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

/**
 * A ledger that is opened for its first entry: one that cannot be reached must not keep the kill
 * switch from acting.
 */
function openedLater(location: string): OpenLedger {
  const opened = () => ledgerAt(location);
  return {
    record: async (fact) => (await opened()).record(fact),
    entries: async () => (await opened()).entries(),
    chain: async () => (await opened()).chain(),
    read: async (head) => (await opened()).read(head),
  };
}

/** A region that cannot be reached must not keep the model alive in the others. */
async function killInEachRegion(
  { model, contexts, ledger: location }: Target,
  { to, reason }: { readonly to: KillTarget; readonly reason: string },
  terminal: Terminal,
): Promise<void> {
  const ledger = openedLater(location);
  const regions: Killed[] = [];
  for (const context of contexts) {
    try {
      const cluster = await clusterAt(context);
      const killed = await kill({ cluster, model, modelsFolder, ledger }, to, reason);
      regions.push(killed);
      terminal.print(
        `all requests of ${model} in ${killed.region} go to the ${to}${killed.aborted ? "; the release on trial was aborted" : ""}`,
      );
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      terminal.complain(`${context ?? "current context"}: ${why}`);
    }
  }
  const killSwitch = { to, reason };
  if (regions.length > 0) {
    terminal.print(
      "put this into the model's entry of the stack file, so that the next update keeps it:",
    );
    terminal.print(`killSwitch: ${JSON.stringify(killSwitch)}`);
  }
  terminal.result({ model, regions, killSwitch }, []);
  const failed = contexts.length - regions.length;
  if (failed > 0)
    throw new VerbError(
      `the kill switch did not end well in ${failed} of ${contexts.length} regions`,
      1,
    );
}

export const verb: CommandLine = {
  details: "Acts at once, without an update, and aborts a release that is on trial.",
  examples: [
    'loan-approval --to champion --reason "declines everybody" --ledger s3://my-audit-bucket/ledger',
  ],
  define: (command, terminal) =>
    command
      .argument("<model>", modelHelp)
      .addOption(
        new Option("--to <target>", "who gets the requests")
          .choices(killTargets)
          .makeOptionMandatory(),
      )
      .requiredOption("--reason <text>", "a reason in words")
      .addOption(ledgerOption())
      .addOption(contextOption())
      .option("--json", jsonHelp)
      .action((model, { context, ledger, to, reason }) =>
        killInEachRegion(
          { model, contexts: contextsOf(context), ledger },
          { to, reason },
          terminal,
        ),
      ),
};
