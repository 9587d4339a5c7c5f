import { outcomeAges, subjectBuckets, type Arm } from "../../services/contract/arms";
import { meanEvidence, meanOf, testSeconds, type ValueBucket } from "../../infra/gates/experiment";
import { family, percent } from "./family";
import type { Random } from "./random";
import { quantile, runs } from "./runs";

/** What is true of a version in an A/B test. */
type Truth = "alike" | "better" | "worse";

/** What a request of one half brings at an hour of the test. */
interface Worth {
  readonly mean: number;
  readonly deviation: number;
  /** So many of the requests bring so much more, known as soon as the rest, or late. */
  readonly rare?: { readonly share: number; readonly worth: number; readonly late?: true };
}

/** A way in which production differs from independent values under constant conditions. */
interface ExperimentScenario {
  readonly name: string;
  readonly truth: Truth;
  readonly worth: (hour: number, arm: Arm) => Worth;
  /** Standard deviation of what a subject brings at each of its requests. @default 0 */
  readonly subjects?: number;
  /** Share of a half's requests that come from one subject, in a half by chance. @default 0 */
  readonly busy?: number;
}

/** Requests a second that name their subject, tests of each scenario, and subjects of either half. */
const levels = [0.05, 0.5, 5] as const;
const tests = 200;
const subjectsOfHalf = 1_000;
/** Hours of a test, between two looks, and of the outcome window; hours until values are known. */
const [testHours, lookHours, windowHours] = [testSeconds / 3_600, 6, 72];
const [soon, late] = [1, 66];
const significance = 0.05;
/** The sample's smallest sample. */
const minimum = 200;

const [mean, deviation] = [5, 5];
const steady =
  (more: Partial<Record<Arm, number>> = {}) =>
  (_: number, arm: Arm) => ({
    mean: mean + deviation * (more[arm] ?? 0),
    deviation,
  });
/** Ten for most, and a loss for a share, known late. */
const lending = (losses: Readonly<Record<Arm, number>>) => (_: number, arm: Arm) => ({
  mean: 10,
  deviation: 1,
  rare: { share: losses[arm], worth: -70, late: true } as const,
});

const scenarios: readonly ExperimentScenario[] = [
  { name: "independent values", truth: "alike", worth: steady() },
  {
    name: "weekends are worth more, and nights less",
    truth: "alike",
    worth: (hour) => ({
      mean: mean + (hour % 168 >= 120 ? 3 : 0) - (hour % 24 < 8 ? 2 : 0),
      deviation,
    }),
  },
  {
    name: "the level of both falls by a fifth in the middle",
    truth: "alike",
    worth: (hour) => ({ mean: hour < testHours / 3 ? mean : 0.8 * mean, deviation }),
  },
  {
    name: "gains known at once, losses after three days",
    truth: "alike",
    worth: lending({ challenger: 0.1, champion: 0.1 }),
  },
  {
    name: "twice the spread under the new version",
    truth: "alike",
    worth: (_, arm) => ({ mean, deviation: arm === "challenger" ? 2 * deviation : deviation }),
  },
  {
    name: "one request in a thousand loses a hundred times as much",
    truth: "alike",
    worth: () => ({ mean, deviation, rare: { share: 0.001, worth: -100 * mean } }),
  },
  { name: "the same subjects again", truth: "alike", worth: steady(), subjects: deviation },
  {
    name: "one subject with a tenth of a half's requests",
    truth: "alike",
    worth: steady(),
    subjects: deviation,
    busy: 0.1,
  },
  { name: "0.1 deviations worse", truth: "worse", worth: steady({ challenger: -0.1 }) },
  {
    name: "13% losses against 10%, known after three days",
    truth: "worse",
    worth: lending({ challenger: 0.13, champion: 0.1 }),
  },
  { name: "0.1 deviations better", truth: "better", worth: steady({ challenger: 0.1 }) },
  {
    name: "0.2 deviations better, the same subjects again",
    truth: "better",
    worth: steady({ challenger: 0.2 }),
    subjects: deviation,
  },
];

/** How tests of one scenario ended; what is missing to 1 is undecided. */
interface ExperimentEnds {
  readonly better: number;
  readonly worse: number;
  /** Median of the days until the decision that is right; null where none was. */
  readonly days: number | null;
}

/** What a bucket has brought, in the looks at which it counts. */
interface Bucket {
  readonly arm: Arm;
  /** Share of the requests of its half. */
  readonly share: number;
  /** What its subjects bring beside the mean. */
  readonly effect: number;
  readonly requests: Float64Array;
  readonly value: Float64Array;
}

const looks = testHours / lookHours;
/** Looks until a request counts, and what it brings at an age: see `maturity`, `matureNet`. */
const part = windowHours / outcomeAges;
const requestLag = Math.round((windowHours + part / 2) / lookHours);
const valueLag = (age: number) => Math.round((windowHours + (age % part)) / lookHours);

function bucketsOf({ subjects = 0, busy = 0 }: ExperimentScenario, random: Random): Bucket[] {
  const each = subjectsOfHalf / subjectBuckets;
  const busyArm: Arm = random.uniform() < 0.5 ? "challenger" : "champion";
  return (["challenger", "champion"] as const).flatMap((arm) => {
    const one = busy > 0 && arm === busyArm ? busy : 0;
    return Array.from({ length: subjectBuckets }, (_, i): Bucket => {
      const own = (1 - one) / subjectBuckets;
      const share = i === 0 ? own + one : own;
      const [usual, single] = [
        (subjects / Math.sqrt(each)) * random.normal(),
        subjects * random.normal(),
      ];
      return {
        arm,
        share,
        effect: i === 0 ? (usual * own + single * one) / share : usual,
        requests: new Float64Array(looks + 1),
        value: new Float64Array(looks + 1),
      };
    });
  });
}

/** Draws everything that a bucket brings, at the look at which it counts. */
function draw(
  { worth }: ExperimentScenario,
  { arm, share, effect, requests, value }: Bucket,
  perLook: number,
  random: Random,
): void {
  const add = (sums: Float64Array, look: number, amount: number) => {
    if (look <= looks) sums[look] = (sums[look] ?? 0) + amount;
  };
  for (let look = 0; look < looks; look += 1) {
    const now = worth(look * lookHours, arm);
    const all = random.poisson((perLook / 2) * share);
    const usual = all * (now.mean + effect) + now.deviation * Math.sqrt(all) * random.normal();
    add(requests, look + requestLag, all);
    add(value, look + valueLag(soon), usual);
    if (now.rare === undefined) continue;
    const hit = random.binomial(all, now.rare.share) * now.rare.worth;
    add(value, look + valueLag(now.rare.late ? late : soon), hit);
  }
}

/** One test, looked at every six hours, to its decision. */
function test(
  scenario: ExperimentScenario,
  perSecond: number,
  random: Random,
): { readonly verdict: "better" | "worse" | undefined; readonly days: number } {
  const buckets = bucketsOf(scenario, random);
  for (const bucket of buckets) draw(scenario, bucket, perSecond * lookHours * 3_600, random);
  const sums = buckets.map(({ arm }) => ({ arm, requests: 0, value: 0 }));
  const half = (arm: Arm): ValueBucket[] => sums.filter((bucket) => bucket.arm === arm);
  for (let look = 0; look <= looks; look += 1) {
    sums.forEach((counted, i) => {
      counted.requests += buckets[i]?.requests[look] ?? 0;
      counted.value += buckets[i]?.value[look] ?? 0;
    });
    const [trial, champion] = [meanOf(half("challenger")), meanOf(half("champion"))];
    if (!(Math.min(trial.requests, champion.requests) >= minimum)) continue;
    const evidence = meanEvidence(trial, champion);
    if (Math.abs(evidence) >= Math.log(1 / significance))
      return { verdict: evidence > 0 ? "better" : "worse", days: (look * lookHours) / 24 };
  }
  return { verdict: undefined, days: Infinity };
}

/** Tests of a scenario at every level; the same in each run. */
function simulate(scenario: ExperimentScenario): ExperimentEnds[] {
  return levels.map((perSecond) => {
    const ends = runs(tests, (random) => test(scenario, perSecond, random));
    const share = (verdict: "better" | "worse") =>
      ends.filter((end) => end.verdict === verdict).length / tests;
    const days = ends.filter(({ verdict }) => verdict === scenario.truth).map((end) => end.days);
    return {
      better: share("better"),
      worse: share("worse"),
      days: quantile(days),
    };
  });
}

export const experiments = family({
  name: "experiments",
  setup: { requestsPerSecond: levels, tests },
  scenarios,
  about: ({ truth }) => ({ truth }),
  simulate,
  table: (found) => [
    ["requests", "better", "worse", "days"],
    ...found.map(({ better, worse, days }, i) => [
      `${levels[i]}/s`,
      percent(better),
      percent(worse),
      days === null ? "" : days.toFixed(1),
    ]),
  ],
});
