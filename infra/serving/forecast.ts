import { outcomeAges, outcomeWindow } from "../../services/contract/arms";
import type { Contract } from "../../services/contract/contract";
import { durationText } from "../../services/contract/units";
import { blockSeconds, evidenceOf, growthOf, memory, smallest, type Growth } from "../gates/blocks";
import { testDelay, testSeconds, valueSpread } from "../gates/experiment";
import { gateNames } from "../gates/gates";
import { errorShares, latencyShares } from "../gates/requests";
import { meanTrials, proof, refusal, waldEvidence, type Shares } from "../gates/sequential";
import { paces } from "../gates/pace";
import { power, requestsNeeded } from "../gates/sample-size";
import { asks, releaseSteps, type Step } from "./steps";
import type { Environment } from "../../services/contract/environments";
import { servingNames } from "../../services/evidence/rollout";

/**
 * A stretch of a release in which the version on trial sees the same share of the requests; the
 * last has no end.
 */
interface Stretch {
  readonly seconds: number;
  /** Share of the requests that reach the version, mirrored ones included. */
  readonly seen: number;
  /** Share of the requests that it answers. */
  readonly answered: number;
}

/**
 * Minutes from the start of a release in one region until its gates can tell. Infinity where they
 * never can, such as without requests.
 */
export interface VerdictForecast {
  /** Until a version has its minimum sample and a first look is more than silence. */
  readonly minimumSample: number;
  /** Until a version whose every request fails is refused. */
  readonly brokenRefused: number;
  /** Until a version at ten times the error budget is refused, on average. */
  readonly erringRefused: number;
  /**
   * Until a version without a fault is proven and may get all requests, or the whole of its half in
   * an A/B test: not before the step before that.
   */
  readonly proven: number;
  /** Whether that takes longer than the proof waits, so that the release pauses for a person. */
  readonly pauses: boolean;
}

/**
 * How long a release needs at this traffic. `requestsPerSecond` are those of the model in the
 * region, not of the version. `regions` take the release one after the other.
 */
export function minutesToVerdict(
  contract: Contract,
  requestsPerSecond: number,
  environment: Environment,
  regions = 1,
): VerdictForecast {
  if (!(requestsPerSecond >= 0))
    throw new RangeError(`requestsPerSecond (${requestsPerSecond}) must be a number, 0 or more`);
  const pace = paces[environment];
  const stretches = stretchesOf(contract, environment, "proof");
  const boundary = refusal(gateNames(contract).length * regions);
  // The watch looks first so many seconds after the first request, and then at its interval.
  const looked = (seconds: number) =>
    pace.firstLookSeconds +
    Math.ceil(Math.max(0, seconds - pace.firstLookSeconds) / pace.lookSeconds) * pace.lookSeconds;
  const after = (trials: number) =>
    looked(secondsUntil(stretches, trials / requestsPerSecond)) / 60;
  const proven = (shares: Shares) => after(Math.ceil(meanTrials(shares, 0, proof)));
  const errors = errorShares(contract);
  const refused = (share: number) =>
    looked(secondsUntilRefused({ stretches, requestsPerSecond, shares: errors, share, boundary })) /
    60;
  const minimumSample = after(pace.minimumRequests);
  const steps = stretches.slice(0, -1).reduce((sum, { seconds }) => sum + seconds, 0);
  const good = Math.max(
    (steps + pace.firstLookSeconds) / 60,
    proven(errors),
    proven(latencyShares),
  );
  return {
    minimumSample,
    brokenRefused: refused(1),
    erringRefused: refused(errors.unacceptable),
    proven: good,
    pauses: good * 60 > steps + pace.firstLookSeconds + pace.undecidedLooks * pace.lookSeconds,
  };
}

/**
 * How long an A/B test needs once its version is proven safe, in minutes from the start of the
 * release in one region, people's time left out.
 */
export interface ExperimentForecast {
  /** Until the first look that may decide. */
  readonly firstLook: number;
  /**
   * Until a difference in value of {@link valueSpread} standard deviations is found with a
   * probability of {@link power}, if every request names its subject and its value is known within
   * the contract's outcome window. Infinity where the requests that metrics are kept of never
   * suffice, or not before the last look.
   */
  readonly decided: number;
  /** Until the last look; a test that is not decided by then ends with a person. */
  readonly lastLook: number;
  /** Why a person has to decide, in words; absent where the test does. */
  readonly undecided?: string;
}

/** How long an A/B test needs at this traffic; undefined for a contract that asks for none. */
export function minutesToDecision(
  contract: Contract,
  requestsPerSecond: number,
  environment: Environment,
): ExperimentForecast | undefined {
  if (contract.release.strategy !== "ab") return undefined;
  const { firstLookSeconds, experimentLookSeconds: interval, experimentLooks } = paces[environment];
  const safe = minutesToVerdict(contract, requestsPerSecond, environment).proven * 60;
  const before = stretchesOf(contract, environment, "proof").slice(0, -1);
  const test = stretchesOf(contract, environment, "decision")
    .slice(before.length, -1)
    .reduce((sum, { seconds }) => sum + seconds, 0);
  const first = safe + test + firstLookSeconds;
  const last = first + experimentLooks * interval;
  const { significance } = contract.gates.improvement;
  const requests = Math.max(
    contract.drift.minimumSamples,
    requestsNeeded({ effect: valueSpread, significance, power, spread: valueSpread }).sequential,
  );
  // Half of the subjects each.
  const collected = requests / (requestsPerSecond / 2);
  const waits = testDelay(contract);
  const decided = safe + Math.max(collected + waits, test + firstLookSeconds);
  const look = first + Math.ceil((decided - first) / interval) * interval;
  const undecided = whyUndecided(contract, { collected, waits, look, last });
  return {
    firstLook: first / 60,
    decided: undecided === undefined ? look / 60 : Infinity,
    lastLook: last / 60,
    ...(undecided !== undefined && { undecided }),
  };
}

/** Longest outcome window of which metrics are kept, in days. */
const longestWindow = Math.floor(testSeconds / (1 + 1 / outcomeAges) / 86_400);

/** Why a test ends with a person; times are seconds. */
function whyUndecided(
  contract: Contract,
  {
    collected,
    waits,
    look,
    last,
  }: Readonly<Record<"collected" | "waits" | "look" | "last", number>>,
): string | undefined {
  const window = durationText(outcomeWindow(contract));
  if (waits > testSeconds)
    return `values are known after ${window}, and metrics are kept for a release.outcomeWindow of at most ${longestWindow} days`;
  if (look > last && waits > last)
    return `values are known after ${window}, and the last evaluation is after ${Math.floor(last / 3_600)} hours`;
  return collected > testSeconds || look > last ? "requests are too few" : undefined;
}

/**
 * Largest share of all requests that a version gets before it is proven. Regions take a release one
 * after the other, so no more than one has it on trial; in those before, it is proven.
 * `regionShares` are the regions' shares of the requests.
 * @example two regions with half of the requests each, steps up to 50% before the proof: 0.25
 */
export function largestUnprovenShare(
  contract: Contract,
  environment: Environment,
  regionShares: readonly number[],
): number {
  return largestShare(contract, environment, regionShares, "proof");
}

/**
 * Largest share of all requests that a version gets before its A/B test is decided; it is proven
 * safe by then. Undefined for a contract that asks for none.
 */
export function largestUndecidedShare(
  contract: Contract,
  environment: Environment,
  regionShares: readonly number[],
): number | undefined {
  return contract.release.strategy === "ab"
    ? largestShare(contract, environment, regionShares, "decision")
    : undefined;
}

function largestShare(
  contract: Contract,
  environment: Environment,
  regionShares: readonly number[],
  until: "proof" | "decision",
): number {
  const wrong = regionShares.find((share) => !(share >= 0 && share <= 1));
  if (wrong !== undefined || regionShares.length === 0)
    throw new RangeError(
      `regionShares (${regionShares.join(", ") || "none"}) must be numbers from 0 to 1, one for each region`,
    );
  return (
    Math.max(...stretchesOf(contract, environment, until).map(({ answered }) => answered)) *
    Math.max(...regionShares)
  );
}

/** The stretches of a release up to its first proof, or its decision, where it waits. */
function stretchesOf(
  contract: Contract,
  environment: Environment,
  until: "proof" | "decision",
): Stretch[] {
  const steps = releaseSteps({ contract, environment });
  const waits = steps.findIndex((step) => asks(step, servingNames(contract.name)[until]));
  // Weights of an A/B test are those of the challengers' half.
  const part = contract.release.strategy === "ab" ? 0.5 : 1;
  let [weight, mirrored] = [0, 0];
  const found: Stretch[] = [];
  const stretch = (seconds: number) =>
    found.push({ seconds, seen: Math.max(weight, mirrored), answered: weight });
  for (const step of steps.slice(0, waits < 0 ? steps.length : waits)) {
    weight = step.setWeight === undefined ? weight : (part * step.setWeight) / 100;
    mirrored =
      step.setMirrorRoute === undefined ? mirrored : (step.setMirrorRoute.percentage ?? 0) / 100;
    if (step.pause?.duration !== undefined) stretch(pauseOf(step));
  }
  stretch(Infinity);
  return found;
}

function pauseOf({ pause }: Step): number {
  return Number.parseInt(String(pause?.duration ?? "0"), 10);
}

/** A version whose requests fail with this share, beside a champion whose share is acceptable. */
interface Failing {
  readonly stretches: readonly Stretch[];
  readonly requestsPerSecond: number;
  readonly shares: Shares;
  readonly share: number;
  readonly boundary: number;
}

/**
 * Seconds until every evidence against a failing version reaches the boundary, if each block brings
 * what is expected of it.
 */
function secondsUntilRefused({
  stretches,
  requestsPerSecond,
  shares,
  share,
  boundary,
}: Failing): number {
  let [blocks, objective] = [0, 0];
  let grown: Growth | undefined;
  for (const { seconds, seen, answered } of stretches) {
    const all = requestsPerSecond * blockSeconds;
    const [own, others] = [seen * all, (1 - answered) * all];
    const trial = { events: share * own, trials: own };
    const growth = growthOf(shares, {
      trial,
      champion: { events: shares.acceptable * others, trials: others },
    });
    for (const until = blocks + Math.min(seconds, memory) / blockSeconds; blocks < until;) {
      blocks += 1;
      objective += waldEvidence(shares, trial.events, trial.trials);
      grown = grown === undefined ? growth : bothOf(grown, growth);
      if (smallest(objective, ...evidenceOf([grown])) >= boundary) return blocks * blockSeconds;
    }
  }
  return Infinity;
}

/** What two blocks add. */
function bothOf(one: Growth, other: Growth): Growth {
  return {
    concurrent: one.concurrent.map((evidence, i) => evidence + (other.concurrent[i] ?? 0)),
    bet: one.bet + other.bet,
  };
}

/** Seconds after which the version has seen what the whole model sees in `share` seconds. */
function secondsUntil(stretches: readonly Stretch[], share: number): number {
  let [left, elapsed] = [share, 0];
  for (const { seconds, seen } of stretches) {
    const here = seen > 0 ? left / seen : Infinity;
    if (here <= seconds) return elapsed + here;
    left -= seconds * seen;
    elapsed += seconds;
  }
  return Infinity;
}
