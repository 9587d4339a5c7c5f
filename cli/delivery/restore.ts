import { InputError } from "../../services/contract/problems";
import { killAnnotation, killRoute } from "../../infra/serving/kill-switch";
import { regionOf } from "../../services/delivery/live-rollout";
import { jsonHelp, type CommandLine } from "../command";
import { retryingConflicts } from "./cluster";
import {
  contextOption,
  contextsOf,
  inEachRegion,
  ledgerOption,
  modelHelp,
  type DeliveryContext,
} from "./regions";

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

export const verb: CommandLine = {
  examples: ['loan-approval --reason "the fix is live" --ledger s3://my-audit-bucket/ledger'],
  define: (command, terminal) =>
    command
      .argument("<model>", modelHelp)
      .requiredOption("--reason <text>", "a reason in words")
      .addOption(ledgerOption())
      .addOption(contextOption())
      .option("--json", jsonHelp)
      .action((model, { context, ledger, reason }) =>
        inEachRegion(
          { model, contexts: contextsOf(context), ledger },
          async (delivery) => {
            const restored = await restore(delivery, reason);
            return {
              value: restored,
              lines: [
                `the kill switch of ${model} is off in ${restored.region}; take killSwitch out of the stack file too`,
              ],
            };
          },
          terminal,
        ),
      ),
};
