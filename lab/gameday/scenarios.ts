import { aliasTtlSeconds, recoveryBudget, rerouteSeconds } from "../../services/contract/recovery";
import { drain } from "./drain";
import type { Observation, Participant, World } from "./world";

/** Something that a game day must show, and whether it did. */
export interface Finding {
  readonly text: string;
  readonly held: boolean;
}

/** One thing that goes wrong, and what must come of it. */
export interface Scenario {
  readonly name: string;
  readonly text: string;
  readonly seconds: number;
  act(second: number, world: World): Promise<void> | void;
  judge(observation: Observation): Finding[];
}

/** Version that the regions are to serve, and the one before it. */
export const versions = { approved: "2.0.0", before: "1.0.0" } as const;

/** Second at which things go wrong: later than every resolver's first question. */
const faultAt = 70;

/** The game day of two or more regions; `rtoSeconds` is the stack's objective. */
export function scenarios(participants: readonly Participant[], rtoSeconds: number): Scenario[] {
  const [first, second] = participants;
  if (first === undefined || second === undefined)
    throw new RangeError(
      `regions: got ${participants.length} in service, allowed: two or more; alone there is nothing to fail over to`,
    );
  return [
    regionLost(first, second, rtoSeconds),
    checkFlaps(first),
    checkFlapsSlowly(first),
    staleStandby(first, second),
    drained(first, second),
    keyDisabled(first, second),
    bothUnhealthy(first, second),
  ];
}

const within = (seconds: number, limit: number, what: string): Finding => ({
  text: `${what} after ${seconds} s, of ${limit} s allowed`,
  held: seconds <= limit,
});
const rightVersion = ({ moments }: Observation): Finding => {
  const wrong = moments.reduce((sum, moment) => sum + moment.wrong, 0);
  return { text: `${wrong} answers by a wrong version`, held: wrong === 0 };
};
const changes = ({ announcements }: Observation, expected: number): Finding => ({
  text: `${announcements.length} changes of the names, ${expected} expected`,
  held: announcements.length === expected,
});

/** Seconds from a moment until the last failed request before another moment. */
function failing({ moments }: Observation, from: number, to = Infinity): number {
  const failed = moments.filter(
    ({ second, failed: count }) => second >= from && second < to && count > 0,
  );
  return Math.max(0, ...failed.map(({ second }) => second - from + 1));
}

/** Requests that a region answered between two moments. */
function answeredBy({ moments }: Observation, region: string, from: number, to = Infinity): number {
  return moments.reduce(
    (sum, { second, answered }) =>
      sum + (second >= from && second < to ? (answered[region] ?? 0) : 0),
    0,
  );
}

function regionLost(first: Participant, second: Participant, rtoSeconds: number): Scenario {
  const backAt = 400;
  const budget = recoveryBudget(first.timing).totalSeconds;
  return {
    name: "region lost",
    text: `${first.region} is gone from ${faultAt} s to ${backAt} s`,
    seconds: 600,
    act: (at, world) => {
      if (at === faultAt || at === backAt) world.server(first.region).state.up = at === backAt;
    },
    judge: (seen) => [
      within(failing(seen, faultAt), budget, "every caller served"),
      {
        text: `the plan's recovery of ${budget} s is within the objective of ${rtoSeconds} s`,
        held: budget <= rtoSeconds,
      },
      {
        text: `${answeredBy(seen, second.region, faultAt, backAt)} requests answered by ${second.region}`,
        held: answeredBy(seen, second.region, faultAt, backAt) > 0,
      },
      {
        text: `callers are back in ${first.region} at the end`,
        held: answeredBy(seen, first.region, 590) > 0 && failing(seen, backAt) === 0,
      },
      changes(seen, 2),
      rightVersion(seen),
    ],
  };
}

/**
 * Down for one interval less than is counted, up for as long: no checker ever sees enough failures
 * in a row.
 */
function checkFlaps({
  region,
  timing: { checkIntervalSeconds, failureThreshold },
}: Participant): Scenario {
  const down = checkIntervalSeconds * (failureThreshold - 1);
  return {
    name: "health check flaps",
    text: `${region} goes for ${down} s in every ${2 * down} s`,
    seconds: 480,
    act: (at, world) => {
      world.server(region).state.up =
        at < faultAt || at > 400 || (at - faultAt) % (2 * down) >= down;
    },
    judge: (seen) => [
      {
        text: `${failing(seen, faultAt) > 0 ? "requests failed" : "no request failed"} while it flapped`,
        held: failing(seen, faultAt) > 0,
      },
      changes(seen, 0),
      rightVersion(seen),
    ],
  };
}

/** Slow enough to be seen: names change, but never sooner than so many checks in a row. */
function checkFlapsSlowly({ region, timing }: Participant): Scenario {
  const dwell = timing.checkIntervalSeconds * (timing.failureThreshold - 1);
  return {
    name: "health check flaps slowly",
    text: `${region} goes for 60 s in every 120 s`,
    seconds: 600,
    act: (at, world) => {
      world.server(region).state.up = at < faultAt || (at - faultAt) % 120 >= 60;
    },
    judge: (seen) => {
      const gaps = seen.announcements
        .slice(1)
        .map(({ second }, i) => second - (seen.announcements[i]?.second ?? 0));
      const least = Math.min(Infinity, ...gaps);
      return [
        {
          text: `${seen.announcements.length} changes of the names, at least ${least} s apart; ${dwell} s are the least`,
          held: seen.announcements.length > 1 && least >= dwell,
        },
        rightVersion(seen),
      ];
    },
  };
}

/**
 * The standby was out of service when the release came, so only the drill would send callers to it.
 */
function staleStandby(first: Participant, second: Participant): Scenario {
  return {
    name: "stale standby",
    text: `${second.region} comes back from maintenance with ${versions.before} and is to take the callers of ${first.region}`,
    seconds: 240,
    act: async (at, world) => {
      if (at === 0) {
        world.server(second.region).state.version = versions.before;
        world.names.drain(second.region);
      }
      if (at === faultAt) await drain(world, first.region, second.region);
    },
    judge: (seen) => [
      {
        text: "the drill is refused",
        held: seen.notes.some(({ text }) => text.startsWith("refused")),
      },
      {
        text: `every request is answered by ${first.region}`,
        held: failing(seen, 0) === 0 && answeredBy(seen, second.region, 0) === 0,
      },
      rightVersion(seen),
    ],
  };
}

function drained(first: Participant, second: Participant): Scenario {
  const forgotten = faultAt + (first.timing.ttlSeconds ?? aliasTtlSeconds);
  return {
    name: "drained region",
    text: `${first.region} is drained by the stack file and stays up`,
    seconds: 240,
    act: async (at, world) => {
      if (at === faultAt) await drain(world, first.region);
    },
    judge: (seen) => [
      {
        text: "the drill is carried out",
        held: seen.notes.some(({ text }) => text.startsWith("drained")),
      },
      { text: "no request fails", held: failing(seen, 0) === 0 },
      {
        text: `no request reaches ${first.region} once its name is forgotten`,
        held:
          answeredBy(seen, first.region, forgotten) === 0 &&
          answeredBy(seen, second.region, forgotten) > 0,
      },
      rightVersion(seen),
    ],
  };
}

/** Running replicas go on; each that is replaced does not come back, until none is left. */
function keyDisabled(first: Participant, second: Participant): Scenario {
  const everySeconds = 20;
  const lastAt = faultAt + everySeconds * first.replicas;
  const enabledAt = 420;
  return {
    name: "key disabled",
    text: `the key of ${first.region} is disabled at ${faultAt} s while its replicas are replaced one by one, and enabled at ${enabledAt} s`,
    seconds: 660,
    act: (at, world) => {
      const server = world.server(first.region);
      if (at === faultAt) server.state.keyEnabled = false;
      if (at === enabledAt) {
        server.state.keyEnabled = true;
        server.state.replicas = server.replicas;
      }
      if (at > faultAt && at < enabledAt && (at - faultAt) % everySeconds === 0)
        server.replaceReplica();
    },
    judge: (seen) => [
      { text: "no request fails while a replica is left", held: failing(seen, 0, lastAt) === 0 },
      within(
        failing(seen, lastAt),
        recoveryBudget(first.timing).totalSeconds,
        "every caller served",
      ),
      {
        text: `${second.region} answers with its own copy of the key`,
        held: answeredBy(seen, second.region, lastAt, enabledAt) > 0,
      },
      changes(seen, 2),
      rightVersion(seen),
    ],
  };
}

function bothUnhealthy(first: Participant, second: Participant): Scenario {
  const [secondBack, firstBack] = [260, 460];
  return {
    name: "both regions unhealthy",
    text: `both are gone at ${faultAt} s; ${second.region} is back at ${secondBack} s and ${first.region} at ${firstBack} s`,
    seconds: 660,
    act: (at, world) => {
      for (const region of [first.region, second.region])
        if (at === faultAt) world.server(region).state.up = false;
      if (at === secondBack) world.server(second.region).state.up = true;
      if (at === firstBack) world.server(first.region).state.up = true;
    },
    judge: (seen) => [
      {
        text: `callers near ${second.region} are served at once when it is back: names that are all unhealthy are all given out`,
        held:
          answeredBy(seen, second.region, secondBack, secondBack + rerouteSeconds(second.timing)) >
          0,
      },
      within(
        failing(seen, secondBack),
        recoveryBudget(second.timing).totalSeconds,
        `every caller served after ${second.region} is back`,
      ),
      {
        text: `callers are back in ${first.region} at the end`,
        held: answeredBy(seen, first.region, 650) > 0,
      },
      changes(seen, 4),
      rightVersion(seen),
    ],
  };
}
