import { blockEvidence, smallest, type Block } from "../../../../infra/gates/blocks";
import { errorShares } from "../../../../infra/gates/requests";
import { waldEvidence } from "../../../../infra/gates/sequential";
import { answered, boundary, contract, groups, hash, is, proof, query, stepMinutes } from "./gates";
import { randoms, type Scenario } from "./scenario";

const shares = errorShares(contract);
/** Samples of a block: the pods are scraped every ten seconds. */
const samples = 3;
const blocks = 20;
const minute = (blocks * samples) / 6;

/** Requests and errors of a pod in each block; `restarts` are the blocks that a new process begins. */
function counters(
  pod: string,
  of: string,
  counts: readonly (readonly [requests: number, errors: number])[],
  restarts: readonly number[] = [],
): Record<string, string> {
  const values = (at: (count: readonly [number, number]) => number) => {
    let total = 0;
    const text = counts.flatMap((count, i) => {
      const before = total;
      total = (restarts.includes(i) ? 0 : total) + at(count);
      // In the middle of the block.
      return [restarts.includes(i) ? 0 : before, total, total];
    });
    return [0, ...text].join(" ");
  };
  return {
    [answered(pod, "200", of)]: values(([requests, errors]) => requests - errors),
    [answered(pod, "500", of)]: values(([, errors]) => errors),
  };
}

type Counts = readonly (readonly [requests: number, errors: number])[];
const constant = (requests: number, errors: number): Counts =>
  Array.from({ length: blocks }, () => [requests, errors]);
const incident = (counts: Counts, at: number, errors: number): Counts =>
  counts.map(([requests, usual], i) => [requests, i === at ? errors : usual]);

const random = randoms(20261130);
const drawn = (requests: number, share: number): Counts =>
  Array.from({ length: blocks }, () => {
    const all = Math.floor(random() * requests);
    return [all, Math.floor(random() * share * all)];
  });

function both(trial: Counts, champion: Counts) {
  const share = ([trials, events]: Counts[number]) => ({ events, trials });
  const list = trial.map((own, i): Block => ({
    trial: share(own),
    champion: share(champion[i] ?? [0, 0]),
  }));
  const sum = (at: (count: Counts[number]) => number) =>
    trial.reduce((total, count) => total + at(count), 0);
  const objective = waldEvidence(
    shares,
    sum(([, errors]) => errors),
    sum(([requests]) => requests),
  );
  return { objective, evidence: smallest(objective, ...blockEvidence(shares, list)) };
}

/** A trial that is fine but for one incident: what its own counts make of it, and what the gate does. */
function incidentScenario(title: string, trial: Counts, champion: Counts): Scenario {
  const { evidence } = both(trial, champion);
  return {
    title,
    groups,
    contract,
    stepMinutes,
    inputs: { ...counters("a", hash, trial), ...counters("b", "stable", champion) },
    values: [
      is(minute, query("errors"), evidence),
      { minute, expr: `(${query("errors")}) < bool ${boundary}`, samples: { "{}": 1 } },
      { minute, expr: `(${proof("errors")}) >= bool ${boundary}`, samples: { "{}": 1 } },
    ],
  };
}

const random20 = { trial: drawn(60, 0.1), champion: drawn(400, 0.01) };
const restarted = { trial: drawn(60, 0.5), champion: drawn(400, 0.2) };

/** What the gates on requests make of blocks of time. */
export const blockScenarios: readonly Scenario[] = [
  {
    title: "gates: blocks are counted exactly, of both versions",
    groups,
    contract,
    stepMinutes,
    inputs: {
      ...counters("a", hash, random20.trial),
      ...counters("b", "stable", random20.champion),
    },
    values: [is(minute, query("errors"), both(random20.trial, random20.champion).evidence)],
  },
  {
    title: "gates: a server that restarts counts from zero in the block that it begins with",
    groups,
    contract,
    stepMinutes,
    inputs: {
      ...counters("a", hash, restarted.trial, [5, 13]),
      ...counters("b", "stable", restarted.champion, [9]),
    },
    values: [is(minute, query("errors"), both(restarted.trial, restarted.champion).evidence)],
  },
  incidentScenario(
    "gates: an outage that hits both versions alike refuses none, though it breaks the objective",
    incident(constant(100, 0), 8, 60),
    incident(constant(100, 0), 8, 60),
  ),
  incidentScenario(
    "gates: errors that all come at once refuse none, though they break the objective",
    incident(constant(100, 0), 8, 20),
    constant(100, 0),
  ),
  {
    title: "gates: the same errors spread over the blocks refuse the version",
    groups,
    contract,
    stepMinutes,
    inputs: {
      ...counters("a", hash, constant(100, 2)),
      ...counters("b", "stable", constant(100, 0)),
    },
    values: [{ minute, expr: `(${query("errors")}) >= bool ${boundary}`, samples: { "{}": 1 } }],
  },
];
