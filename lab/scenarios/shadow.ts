import { paces, scrapeSeconds } from "../../infra/gates/pace";
import { falseRollback, type Shares } from "../../infra/gates/sequential";
import { disagreement, proven, refused, scoreDistance } from "../../infra/gates/shadow";
import {
  distanceOf,
  positionOf,
  shadowScale,
  varianceOf,
  type Bucket,
} from "../../infra/gates/shadow-statistics";
import { chiSquareQuantile } from "../../infra/gates/statistics";
import { rowBuckets } from "../../services/contract/metrics";
import { family, percent } from "./family";
import type { Random } from "./random";
import { quantile, runs } from "./runs";
import {
  drawMinute,
  population,
  shadowScenarios,
  type Cell,
  type ShadowScenario,
  type Truth,
} from "./shadow-rows";

/** Rows a second, and releases of each scenario. */
const levels = [2, 20, 200] as const;
const releases = 200;

const { stepSeconds, lookSeconds, undecidedLooks, minimumRequests } = paces.prod;
const [looks, windowLooks] = [undecidedLooks + 1, stepSeconds / lookSeconds];
const gates = [disagreement, scoreDistance].map((shares) => ({
  shares,
  scale: shadowScale(shares, { looks, regions: 1, windowSeconds: stepSeconds }),
}));
const degrees = rowBuckets - 1;
/** What the mean over the buckets refuses at, without a limit to what one of them counts. */
const plainTimes = chiSquareQuantile(falseRollback / 2 / looks, degrees) / degrees;

/** Sums of a window by bucket for either version and gate; the champion's is scraped later. */
function windowOf(minutes: readonly (readonly Cell[])[], late: number) {
  const first = minutes.length - windowLooks;
  const of = (arm: "trial" | "champion", which: 0 | 1): Bucket[] =>
    Array.from({ length: rowBuckets }, (_, bucket) => {
      let [rows, total] = [0, 0];
      for (let i = first - 1; i < minutes.length; i += 1) {
        const cell = minutes[i]?.[bucket];
        if (!cell) continue;
        // The champion's window begins and ends a part of a minute before the version's.
        const part = i === first - 1 ? (arm === "champion" ? late : 0) : 1;
        const weight = i === minutes.length - 1 && arm === "champion" ? 1 - late : part;
        rows += weight * cell.rows;
        total += weight * cell[arm][which];
      }
      return { rows, total };
    });
  return ([0, 1] as const).map((which) => ({
    trial: of("trial", which),
    champion: of("champion", which),
  }));
}

type Verdict = "refused" | "proven" | "waits";
type Judge = (
  pair: { trial: Bucket[]; champion: Bucket[] },
  gate: (typeof gates)[number],
) => number;

/** As the gate has it, and as the mean over the buckets alone would. */
const judges: Readonly<Record<"gate" | "alone", Judge>> = {
  gate: ({ trial, champion }, { scale }) => positionOf(trial, champion, scale),
  alone: (
    { trial, champion },
    { scale, shares }: { scale: (typeof gates)[number]["scale"]; shares: Shares },
  ) => {
    const distance = distanceOf(trial, champion);
    const limit = shares.acceptable * plainTimes + scale.edge * varianceOf(champion);
    return distance <= scale.proof ? proven : Math.max(distance / limit, 1e-3);
  },
};

interface End {
  readonly verdict: Verdict;
  readonly minutes: number;
}

/** A comparison from its first whole window to its end, by both judges on the same rows. */
function release(scenario: ShadowScenario, perSecond: number, random: Random) {
  const rows = population(scenario, random);
  const late = (scrapeSeconds * Math.abs(random.uniform() - random.uniform())) / lookSeconds;
  const minutes: Cell[][] = [];
  const ends: Partial<Record<keyof typeof judges, End>> = {};
  const open = { gate: new Set(gates), alone: new Set(gates) };
  const perMinute = perSecond * lookSeconds;
  for (let at = 0; at <= windowLooks + looks; at += 1) {
    minutes.push(drawMinute(scenario, rows, { at, perMinute }, random));
    if (at < windowLooks) continue;
    const pairs = windowOf(minutes, late);
    for (const by of ["gate", "alone"] as const) {
      if (ends[by]) continue;
      for (const [i, gate] of gates.entries()) {
        const pair = pairs[i];
        if (!pair || !open[by].has(gate)) continue;
        if (pair.champion.reduce((sum, bucket) => sum + bucket.rows, 0) < minimumRequests) continue;
        const position = judges[by](pair, gate);
        if (position >= refused) ends[by] = { verdict: "refused", minutes: at };
        else if (position <= proven) open[by].delete(gate);
      }
      if (!ends[by] && open[by].size === 0) ends[by] = { verdict: "proven", minutes: at };
    }
    if (ends.gate && ends.alone) break;
  }
  const waits: End = { verdict: "waits", minutes: Infinity };
  return { gate: ends.gate ?? waits, alone: ends.alone ?? waits };
}

/** How comparisons of one scenario ended; what is missing to 1 waits for a person. */
interface Ends {
  readonly refused: number;
  readonly proven: number;
  /** Median of the minutes of mirrored rows until the end that is right; null where none was. */
  readonly minutes: number | null;
}

export interface ShadowLevel {
  readonly gate: Ends;
  readonly alone: Ends;
}

function endsOf(truth: Truth, ends: readonly End[]): Ends {
  const share = (verdict: Verdict) =>
    ends.filter((end) => end.verdict === verdict).length / ends.length;
  const minutes = ends
    .filter(({ verdict }) => verdict === (truth === "bad" ? "refused" : "proven"))
    .map((end) => end.minutes);
  return {
    refused: share("refused"),
    proven: share("proven"),
    minutes: quantile(minutes),
  };
}

function simulate(scenario: ShadowScenario): ShadowLevel[] {
  return levels.map((perSecond) => {
    const ends = runs(releases, (random) => release(scenario, perSecond, random));
    return {
      gate: endsOf(
        scenario.truth,
        ends.map(({ gate }) => gate),
      ),
      alone: endsOf(
        scenario.truth,
        ends.map(({ alone }) => alone),
      ),
    };
  });
}

const cells = ({ refused: back, proven: through, minutes }: Ends) => [
  percent(back),
  percent(through),
  minutes === null ? "" : String(minutes),
];
const head = ["refused", "proven", "minutes"];

export const shadow = family({
  name: "shadow",
  setup: { rowsPerSecond: levels, releases },
  scenarios: shadowScenarios,
  about: ({ truth }) => ({ truth }),
  simulate,
  table: (found) => [
    ["rows", ...head, ...head.map((name) => `mean alone: ${name}`)],
    ...found.map(({ gate, alone }, i) => [`${levels[i]}/s`, ...cells(gate), ...cells(alone)]),
  ],
});
