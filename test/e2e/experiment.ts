import assert from "node:assert/strict";
import { decisive, valueSpread } from "../../infra/gates/experiment";
import { requestsNeeded } from "../../infra/gates/sample-size";
import { mismatch } from "../../infra/gates/split";
import { loadContract } from "../../services/contract/load";
import { worth, type Fault } from "../harness/delivery/faults";
import { say } from "../harness/lib/text";
import type { AnalysisRun } from "../harness/delivery/objects";
import type { Callers } from "../harness/delivery/platform";
import type { Outcome } from "../harness/delivery/release";
import type { Trials } from "../harness/delivery/trials";

/**
 * So many that a twentieth of them proves the version safe within the looks that the pace of
 * `local` allows, also where a busy machine lets through no more than two thirds of them; and few
 * enough subjects that the busiest make a fair split look unfair to whoever counts requests.
 */
export const EXPERIMENT_CALLERS = {
  predictionsPerSecond: 80,
  subjects: 500,
} as const satisfies Callers;
/**
 * So large a difference that the test has its declared power at the smallest sample that it looks
 * at: more do not come in a few minutes.
 */
export const COSTLY = { kind: "costly", cost: 30 } as const satisfies Fault;
const POWER = 0.8;

/** What an A/B test that ended by its decision has to show. */
export async function experiment(trials: Trials, model: string, { hash }: Outcome): Promise<void> {
  const contract = loadContract(trials.world.platform.modelsFolder, model);
  const arms = trials.arms(model);
  assert.ok(arms);
  const [challengers, others] = [arms.of("challenger"), arms.of("champion")];
  const runs = await trials.world.analysisRuns(hash);
  const splits = measured(runs, "sample-ratio");
  const decisions = measured(runs, "business-value");
  const requests =
    Math.abs(challengers.requests - others.requests) /
    Math.sqrt(challengers.requests + others.requests);
  const effect = COSTLY.cost / worth.deviation;
  const { sequential } = requestsNeeded({
    effect,
    significance: contract.gates.improvement.significance,
    power: POWER,
    spread: valueSpread,
  });
  say(
    `        ${model}: ${challengers.subjects} subjects with ${challengers.requests} requests on the version on trial, ${others.subjects} with ${others.requests} on the champion, ${arms.returned} of them came again; nobody changed`,
  );
  say(
    `        ${model}: split at most ${Math.max(...splits.map(({ value }) => value)).toFixed(2)} of ${mismatch.toFixed(2)} by buckets of subjects; ${requests.toFixed(1)} standard deviations by requests`,
  );
  say(
    `        ${model}: evidence at each look ${decisions.map(({ value }) => value.toFixed(1)).join(", ")}; a difference of ${effect} has a power of ${POWER} at ${sequential} outcomes of an arm, ${contract.drift.minimumSamples} are the least`,
  );

  assert.deepEqual(
    [challengers.versions.length, challengers.versions[0]],
    [1, hash],
    "every challenger has the version on trial at each request",
  );
  assert.equal(others.versions.length, 1, "everybody else has the champion at each request");
  assert.notEqual(others.versions[0], hash);
  assert.ok(
    arms.returned > EXPERIMENT_CALLERS.subjects / 2,
    `${arms.returned} subjects came again`,
  );

  assert.ok(splits.length > 5, `${splits.length} looks at the split`);
  assert.deepEqual(
    splits.filter(({ phase, value }) => phase !== "Successful" || value >= mismatch),
    [],
  );

  assert.ok(
    sequential <= contract.drift.minimumSamples,
    "the smallest sample has the power that is declared",
  );
  assert.ok(
    (decisions.at(-1)?.value ?? 0) <= -decisive(contract),
    "worse, at the significance of the contract",
  );
}

/** What the controller got at each look at a metric that said something. */
function measured(
  runs: readonly AnalysisRun[],
  metric: string,
): { readonly phase: string; readonly value: number }[] {
  return runs
    .flatMap(({ status }) => status.metricResults.filter(({ name }) => name === metric))
    .flatMap(({ measurements }) =>
      measurements.flatMap(({ phase, value }) => {
        const [, number] = /^\[(\S+)\]$/.exec(value ?? "") ?? [];
        return number === undefined ? [] : [{ phase, value: Number(number) }];
      }),
    );
}
