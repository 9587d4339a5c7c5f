import { loadRelease, loadVerdicts } from "../../services/evidence/load";
import { InputError } from "../../services/contract/problems";
import { forbiddingVerdict, retrySchema, type Retry } from "../../services/evidence/verdict";
import { jsonHelp, type CommandLine } from "../command";
import {
  contextOption,
  contextsOf,
  inEachRegion,
  ledgerOption,
  modelHelp,
  type DeliveryContext,
} from "./regions";

/**
 * Records the decision to try a failed release again. The stack file then names it: `retry` of the
 * model's entry.
 * @throws InputError where no verdict forbids the release
 */
export async function override(
  { cluster, model, modelsFolder, ledger }: DeliveryContext,
  reason: string,
  digest: string = loadRelease(modelsFolder, model).image.digest,
): Promise<Retry> {
  const verdict = forbiddingVerdict(digest, loadVerdicts(modelsFolder, model));
  if (verdict === undefined)
    throw new InputError(model, [
      {
        key: "digest",
        got: digest,
        allowed: "an image that a verdict forbids: this one needs no override",
      },
    ]);
  const { shape } = retrySchema;
  if (!shape.reason.safeParse(reason).success)
    throw new InputError("--reason", [
      { key: "reason", got: reason, allowed: "a reason in words, 10 characters or more" },
    ]);
  const { version, region, outcome, finishedAt } = verdict;
  const entry = await ledger.record({
    actor: await cluster.whoAmI(),
    action: "override",
    subject: model,
    details: { digest, version, reason, verdict: { region, outcome, finishedAt } },
  });
  return retrySchema.parse({ digest, reason, at: entry.time, ledger: entry.hash });
}

export const verb: CommandLine = {
  details:
    "Prints the block for the model's entry of the stack file. The decision holds for all regions and is recorded once.",
  examples: [
    'loan-approval --reason "the data source is mended" --ledger s3://my-audit-bucket/ledger',
  ],
  define: (command, terminal) =>
    command
      .argument("<model>", modelHelp)
      .requiredOption("--reason <text>", "a reason in words, 10 characters or more")
      .addOption(ledgerOption())
      .option("--digest <digest>", "image to try again (default: the one of the release folder)")
      .addOption(contextOption())
      .option("--json", jsonHelp)
      .action((model, { context, ledger, reason, digest }) =>
        inEachRegion(
          { model, contexts: contextsOf(context).slice(0, 1), ledger },
          async (delivery) => {
            const retry = await override(delivery, reason, digest);
            return {
              value: { retry },
              lines: [
                "recorded; put this into the model's entry of the stack file, and take it out with the next release:",
                `retry: ${JSON.stringify(retry)}`,
              ],
            };
          },
          terminal,
        ),
      ),
};
