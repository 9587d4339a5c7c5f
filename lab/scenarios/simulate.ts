import {
  blockSeconds,
  evidenceOf,
  growthOf,
  smallest,
  type Growth,
} from "../../infra/gates/blocks";
import { paces } from "../../infra/gates/pace";
import { latencyShares } from "../../infra/gates/requests";
import { proof, refusal, waldEvidence, type Shares } from "../../infra/gates/sequential";
import { canaryWeights } from "../../infra/serving/steps";
import { family, percent } from "./family";
import type { Random } from "./random";
import { quantile, runs } from "./runs";
import { drawBlock, requestScenarios, type RequestScenario } from "./requests";

/** How releases of one scenario at one traffic level ended. */
interface Ends {
  /** Shares of the releases; what is missing to 1 waits for a person. */
  readonly rolledBack: number;
  readonly promoted: number;
  /** Median and 95% of the minutes until the end that is right; null where none ended so. */
  readonly minutes: number | null;
  readonly minutes95: number | null;
}

/** What the gate made of a scenario, and what the version's own counts alone would have. */
export interface Result {
  readonly gate: Ends;
  readonly alone: Ends;
}

/** Requests a second of a model, and releases of each scenario. */
const levels = [2, 20, 200] as const;
const releases = 400;
/** Gates of the sample's release, which share the rate of false rollbacks. */
const gates = 9;

const { stepSeconds, firstLookSeconds, lookSeconds, undecidedLooks } = paces.prod;
/** Shares of the errors gate at an availability of 99.9%. */
const errorShares: Shares = { acceptable: 0.001, unacceptable: 0.01 };

/** Share of the requests that the version gets at an instant of a canary release. */
function partAt(seconds: number): number {
  const step = Math.min(canaryWeights.length - 1, Math.floor(seconds / stepSeconds));
  return (canaryWeights[step] ?? 100) / 100;
}

type End = { readonly verdict: "rolled back" | "promoted" | "waits"; readonly minutes: number };

/**
 * One release: ramp, proof, and all requests for a step, looked at as the controller does. `judge`
 * makes the evidence of a look from the version's own counts and from the blocks.
 */
function release(
  { gate, draw, lost = () => 0 }: RequestScenario,
  requestsPerSecond: number,
  random: Random,
  judge: (objective: number, blocks: readonly Growth[]) => number,
): End {
  const shares = gate === "errors" ? errorShares : latencyShares;
  const failing = draw(random);
  const boundary = refusal(gates);
  const ramp = canaryWeights.length * stepSeconds;
  const grown: Growth[] = [];
  let [objective, trials] = [0, 0];
  let provenAt: number | undefined;
  const limit = ramp + firstLookSeconds + undecidedLooks * lookSeconds + stepSeconds;
  for (let block = 0; block * blockSeconds < limit; block += 1) {
    const seconds = (block + 1) * blockSeconds;
    const part = provenAt === undefined ? partAt(block * blockSeconds) : 1;
    const requests = requestsPerSecond * blockSeconds;
    const counted = drawBlock(random, failing(block), { requests, part, lost: lost(block) });
    objective += waldEvidence(shares, counted.trial.events, counted.trial.trials);
    trials += counted.trial.trials;
    grown.push(growthOf(shares, counted));
    if (seconds < firstLookSeconds || (seconds - firstLookSeconds) % lookSeconds !== 0) continue;
    const minutes = seconds / 60;
    // No smaller evidence refuses where this one does not.
    if (objective >= boundary && judge(objective, grown) >= boundary)
      return { verdict: "rolled back", minutes };
    if (provenAt !== undefined && seconds >= provenAt + stepSeconds)
      return { verdict: "promoted", minutes: provenAt / 60 };
    const waits = seconds >= ramp + firstLookSeconds && provenAt === undefined;
    if (waits && trials >= paces.prod.minimumRequests && objective <= proof) provenAt = seconds;
    if (waits && provenAt === undefined && seconds >= limit - stepSeconds) break;
  }
  return { verdict: "waits", minutes: Infinity };
}

function endsOf(scenario: RequestScenario, ends: readonly End[]): Ends {
  const share = (verdict: End["verdict"]) =>
    ends.filter((end) => end.verdict === verdict).length / ends.length;
  const right = scenario.truth === "fine" ? "promoted" : "rolled back";
  const minutes = ends.filter(({ verdict }) => verdict === right).map((end) => end.minutes);
  return {
    rolledBack: share("rolled back"),
    promoted: share("promoted"),
    minutes: quantile(minutes),
    minutes95: quantile(minutes, 0.95),
  };
}

/** Releases of a scenario at every level; the same in each run. */
function simulate(scenario: RequestScenario): Result[] {
  return levels.map((requestsPerSecond) => {
    const run = (judge: Parameters<typeof release>[3]) =>
      endsOf(
        scenario,
        runs(releases, (random) => release(scenario, requestsPerSecond, random, judge)),
      );
    return {
      gate: run((objective, blocks) => smallest(objective, ...evidenceOf(blocks))),
      alone: run((objective) => objective),
    };
  });
}

function cells({ rolledBack, promoted, minutes, minutes95 }: Ends): string[] {
  const times = minutes === null ? "" : `${minutes} (${minutes95})`;
  return [percent(rolledBack), percent(promoted), times];
}
const head = ["rolled back", "promoted", "minutes (95%)"];

export const requests = family({
  name: "requests",
  setup: { requestsPerSecond: levels, releases },
  scenarios: requestScenarios,
  about: ({ gate, truth }) => ({ gate, truth }),
  simulate,
  table: (found) => [
    ["requests", ...head, ...head.map((name) => `alone: ${name}`)],
    ...found.map(({ gate, alone }, i) => [`${levels[i]}/s`, ...cells(gate), ...cells(alone)]),
  ],
});
