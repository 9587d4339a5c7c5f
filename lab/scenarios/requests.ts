import { blockSeconds, type Block } from "../../infra/gates/blocks";
import type { BlockGate } from "../../infra/gates/counts";
import { Random } from "./random";

/** What is true of a version: fine, or bad by so much that it must not be promoted. */
export type Truth = "fine" | "bad";

/** Shares of requests that fail in a block, and more failures that come together. */
interface Failing {
  readonly trial: number;
  readonly champion: number;
  /** Failures that come so many at once, at the same mean share. @default one by one */
  readonly burst?: number;
}

/** A way in which production differs from independent events under constant conditions. */
export interface RequestScenario {
  readonly name: string;
  readonly gate: BlockGate;
  readonly truth: Truth;
  /** What happens, drawn for one release: the shares by block. */
  readonly draw: (random: Random) => (block: number) => Failing;
  /** Share of a version's counts that is lost in a block, as when a pod ends between two scrapes. */
  readonly lost?: (block: number) => number;
}

const perMinute = 60 / blockSeconds;
const steady = (failing: Failing) => () => () => failing;
const alike = (share: number, burst?: number) =>
  steady({ trial: share, champion: share, ...(burst !== undefined && { burst }) });

/** Acceptable shares of the sample's contract: an availability of 99.9%, a 99th percentile. */
const [errors, late] = [0.001, 0.01];

/** An incident at a moment of the first half hour that hits so much of a block's requests. */
function incident(usual: number, share: number, blocks: number, hits: readonly (keyof Failing)[]) {
  return (random: Random) => {
    const from = Math.floor(random.uniform() * 30 * perMinute);
    return (block: number): Failing => {
      const now = block >= from && block < from + blocks;
      const of = (arm: "trial" | "champion") =>
        now && hits.includes(arm) ? Math.max(usual, share) : usual;
      return { trial: of("trial"), champion: of("champion") };
    };
  };
}
const both = ["trial", "champion"] as const;

/** Both versions get later and later over 20 minutes, and stay so. */
const drifting = () => (block: number) => {
  const share = late * (0.5 + 5.5 * Math.min(1, block / (20 * perMinute)));
  return { trial: share, champion: share };
};

/** How hard the requests are changes from block to block, for both versions alike. */
const mixed = (random: Random) => () => {
  const share = Math.min(1, 0.6 * late * Math.exp(random.normal() - 0.5));
  return { trial: share, champion: share };
};

const bad = (trial: number, champion: number) => steady({ trial, champion });
const after = (minutes: number, trial: number) => () => (block: number) => ({
  trial: block < minutes * perMinute ? errors / 2 : trial,
  champion: errors / 2,
});
/** A pod in four ends every three minutes, and what it counted since its last scrape is lost. */
const restarting = (block: number) => (block % (3 * perMinute) === 0 ? 1 / 4 / 3 : 0);

export const requestScenarios: readonly RequestScenario[] = [
  { name: "half of what is acceptable", gate: "errors", truth: "fine", draw: alike(errors / 2) },
  { name: "just acceptable", gate: "errors", truth: "fine", draw: alike(errors) },
  { name: "bursts of 10 errors", gate: "errors", truth: "fine", draw: alike(errors / 2, 10) },
  { name: "bursts of 30 errors", gate: "errors", truth: "fine", draw: alike(errors / 2, 30) },
  {
    name: "outage of both for 3 s",
    gate: "errors",
    truth: "fine",
    draw: incident(errors / 2, 3 / blockSeconds, 1, both),
  },
  {
    name: "outage of both for 10 s",
    gate: "errors",
    truth: "fine",
    draw: incident(errors / 2, 10 / blockSeconds, 1, both),
  },
  {
    name: "a lost node takes 20 s of the version's requests",
    gate: "errors",
    truth: "fine",
    draw: incident(errors / 2, 20 / blockSeconds, 1, ["trial"]),
  },
  {
    name: "pods restart every three minutes",
    gate: "errors",
    truth: "fine",
    draw: alike(errors / 2),
    lost: restarting,
  },
  { name: "just acceptable", gate: "latency", truth: "fine", draw: alike(late) },
  {
    name: "stall of both for 60 s",
    gate: "latency",
    truth: "fine",
    draw: incident(late / 2, 0.8, 2, both),
  },
  { name: "both drift to 6% late", gate: "latency", truth: "fine", draw: () => drifting() },
  { name: "harder and easier minutes", gate: "latency", truth: "fine", draw: mixed },
  { name: "1% errors", gate: "errors", truth: "bad", draw: bad(0.01, errors / 2) },
  { name: "5% errors", gate: "errors", truth: "bad", draw: bad(0.05, errors / 2) },
  { name: "every request fails", gate: "errors", truth: "bad", draw: bad(1, errors / 2) },
  { name: "5% errors after 15 minutes", gate: "errors", truth: "bad", draw: after(15, 0.05) },
  {
    name: "5% errors, and pods restart every three minutes",
    gate: "errors",
    truth: "bad",
    draw: bad(0.05, errors / 2),
    lost: restarting,
  },
  {
    name: "1% errors, and an outage of both for 10 s",
    gate: "errors",
    truth: "bad",
    draw: (random) => {
      const shared = incident(0, 10 / blockSeconds, 1, both)(random);
      return (block) => ({
        trial: Math.max(0.01, shared(block).trial),
        champion: Math.max(errors / 2, shared(block).champion),
      });
    },
  },
  { name: "5% late", gate: "latency", truth: "bad", draw: bad(0.05, late / 2) },
  { name: "20% late", gate: "latency", truth: "bad", draw: bad(0.2, late / 2) },
];

/** Requests and failures of a block under both versions; `part` of the requests go to the trial. */
export function drawBlock(
  random: Random,
  { trial, champion, burst = 1 }: Failing,
  {
    requests,
    part,
    lost = 0,
  }: { readonly requests: number; readonly part: number; readonly lost?: number },
): Block {
  const of = (mean: number, share: number) => {
    const all = random.poisson(mean);
    const failed =
      burst === 1
        ? random.binomial(all, share)
        : Math.min(all, burst * random.poisson((all * share) / burst));
    const gone = random.binomial(all, lost);
    // Of what is lost, failures are as likely as of the rest.
    return {
      trials: all - gone,
      events: failed - (all > 0 ? random.binomial(gone, failed / all) : 0),
    };
  };
  return {
    trial: of(requests * part, trial),
    champion: of(requests * (1 - part), champion),
  };
}
