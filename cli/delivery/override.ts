import { loadRelease, loadVerdicts } from "../../services/evidence/load";
import { InputError } from "../../services/contract/problems";
import { forbiddingVerdict, retrySchema, type Retry } from "../../services/evidence/verdict";
import type { DeliveryContext } from "./record";

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
