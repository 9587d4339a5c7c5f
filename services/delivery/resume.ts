import { z } from "zod";
import { riskTiers } from "../contract/tiers";
import { label } from "../contract/units";
import { approverKeysIn, type RoleKey } from "../evidence/approvals";
import type { Entry } from "../evidence/ledger";
import { modelsNamespace, servingNames } from "../evidence/rollout";
import { carriedApprovals } from "./carried-approvals";
import { exitCodes, readArguments, runProgram, text, texts } from "./command-line";
import { answerOf, connect, send as sendTo, type Send } from "./connection";
import { checkpointKeysAt } from "./kms";
import { openLedger } from "./ledger-location";
import { observed, rolloutSchema } from "./live-rollout";
import { missingAt, resumePatch, waitingOf, type TieredModel } from "./pause";

/** A model and its tier, such as `scoring=high`. */
const tiered = z
  .string()
  .transform((given) => {
    const [name, riskTier] = given.split("=");
    return { name, riskTier };
  })
  .pipe(z.object({ name: label, riskTier: z.enum(riskTiers) }));
const options = z.object({
  region: text,
  model: texts.pipe(z.array(tiered)),
  ledger: text.optional(),
  "checkpoint-key": text.optional(),
  "approver-keys": text.optional(),
});

/** Command line of the resumer. */
export function resumerArguments(argv: readonly string[]) {
  const {
    model: models,
    "checkpoint-key": checkpointKey,
    "approver-keys": keys,
    ...given
  } = readArguments(argv, options);
  return { ...given, checkpointKey, models, approverKeys: approverKeysIn(keys) };
}

/** What a region's resumer decides by. */
export interface Resuming {
  readonly region: string;
  /** Reaches the region's API server. */
  readonly send: Send;
  /** What is on record of a model and counts; asked only where its release waits. */
  readonly entries: (model: string) => Promise<readonly Entry[]>;
  /** Keys of the people who approve, by role. */
  readonly approverKeys: readonly RoleKey[];
  readonly report: (line: string) => void;
}

/**
 * Resumes the release of a model where it waits for a person and what its tier asks for is on
 * record. It reads the Rollout once and patches that very object: one that changed since is looked
 * at again the next time.
 * @returns whether it resumed
 * @throws ConflictError where somebody else wrote the Rollout in between
 */
export async function resumeWhereApproved(
  model: TieredModel,
  { region, send, entries, approverKeys, report }: Resuming,
): Promise<boolean> {
  const path = `/apis/argoproj.io/v1alpha1/namespaces/${modelsNamespace}/rollouts/${servingNames(model.name).model}`;
  const answer = await send({ method: "GET", path });
  // A model that the region will serve for the first time.
  if (answer.status === 404) return false;
  const rollout = rolloutSchema.parse(answerOf(answer));
  const [status, waiting] = [observed(rollout), waitingOf(rollout)];
  if (status === undefined || typeof waiting === "string") return false;
  if (waiting.region !== region)
    throw new Error(`${model.name}: the Rollout is of ${waiting.region}, not of ${region}`);
  const missing = missingAt(waiting, model, await entries(model.name), approverKeys);
  const where = `${model.name}: ${waiting.digest} at step ${waiting.step + 1}`;
  if (missing !== undefined) {
    report(`${where} waits for ${missing}`);
    return false;
  }
  answerOf(
    await send({
      method: "PATCH",
      path: `${path}/status?fieldManager=causeway-resumer`,
      body: JSON.stringify(resumePatch(rollout, status)),
      contentType: "application/merge-patch+json",
    }),
  );
  report(`${where} was resumed`);
  return true;
}

async function main(argv: readonly string[]): Promise<number> {
  const { region, models, ledger: location, checkpointKey, approverKeys } = resumerArguments(argv);
  const connection = await connect();
  const send: Send = (request) => sendTo(connection, request);
  const checkpointKeys = await checkpointKeysAt(checkpointKey);
  const ledger =
    location === undefined ? undefined : await openLedger(location, { checkpointKeys });
  const entries = (model: string) => ledger?.entries() ?? carriedApprovals(send, model);
  const report = (line: string) => console.log(line);
  let failed = 0;
  for (const model of models) {
    try {
      await resumeWhereApproved(model, { region, send, entries, approverKeys, report });
    } catch (error) {
      failed++;
      console.error(`${model.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return failed === 0 ? exitCodes.done : exitCodes.unexpected;
}

if (require.main === module) void runProgram(main);
