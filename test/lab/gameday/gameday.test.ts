import { recoveryBudget } from "../../../services/contract/recovery";
import { drain } from "../../../lab/gameday/drain";
import { participantsOf, passed, playScenario, type Played } from "../../../lab/gameday/gameday";
import { gamedayPage } from "../../../lab/gameday/report";
import { scenarios, versions, type Scenario } from "../../../lab/gameday/scenarios";
import type { Participant } from "../../../lab/gameday/world";
import { viewOf } from "../../../cli/plan/resource";
import { planOf } from "../../support/stacks";

let participants: Participant[];
beforeAll(async () => {
  participants = participantsOf((await planOf("prod")).resources.map(viewOf));
});

const names = [
  "region lost",
  "health check flaps",
  "health check flaps slowly",
  "stale standby",
  "drained region",
  "key disabled",
  "both regions unhealthy",
];
const scenario = (name: string, given: readonly Participant[] = participants): Scenario =>
  scenarios(given, 180).find((one) => one.name === name)!;
const failed = ({ findings }: Played) =>
  findings.filter(({ held }) => !held).map(({ text }) => text);
const all: Played[] = [];

test("the plan says who takes part, with what timing", () => {
  const timing = {
    checkIntervalSeconds: 10,
    failureThreshold: 3,
    ttlSeconds: 60,
    drainSeconds: 20,
  };
  expect(participants).toEqual([
    { region: "eu-west-1", timing, replicas: 3 },
    { region: "eu-central-1", timing, replicas: 3 },
  ]);
  expect(scenarios(participants, 180).map(({ name }) => name)).toEqual(names);
});

test.each(names)("%s: everything that has to be seen is seen", async (name) => {
  const played = await playScenario(scenario(name), participants);
  all.push(played);
  expect(failed(played)).toEqual([]);
  expect(played.findings.length).toBeGreaterThan(1);
});

test("the page shows every scenario, with who answered when", () => {
  const page = gamedayPage(
    "prod",
    participants.map(({ region }) => region),
    all,
  );
  for (const name of names)
    expect(page).toContain(`<h3>${name} <span class="badge good">held</span></h3>`);
  expect(page.match(/class="failed"/g)!.length).toBeGreaterThan(10);
  expect(page).toContain("eu-west-1 named no more");
});

describe("a game day that must fail", () => {
  test("slower checks than the plan's exceed the recovery time of the plan", async () => {
    const slow = participants.map((one) => ({
      ...one,
      timing: { ...one.timing, failureThreshold: 10 },
    }));
    const played = await playScenario(
      { ...scenario("region lost"), act: scenario("region lost", slow).act },
      slow,
    );
    expect(failed(played)).toContainEqual(
      expect.stringMatching(/^every caller served after 1[67]\d s, of 136 s allowed$/),
    );
  });

  test("one check is no evidence: names flap with the health check where a single failure counts", async () => {
    const hasty = participants.map((one) => ({
      ...one,
      timing: { ...one.timing, failureThreshold: 1 },
    }));
    expect(failed(await playScenario(scenario("health check flaps"), hasty))).toContainEqual(
      expect.stringMatching(/^\d+ changes of the names, 0 expected$/),
    );
  });

  test("a drill that does not look at the versions answers callers with the stale one", async () => {
    const stale = scenario("stale standby");
    const act: Scenario["act"] = async (at, world) => {
      if (at !== 70) return stale.act(at, world);
      world.names.drain("eu-central-1", false);
      world.names.drain("eu-west-1");
    };
    const played = await playScenario({ ...stale, act }, participants);
    expect(failed(played)).toEqual([
      "the drill is refused",
      "every request is answered by eu-west-1",
      expect.stringMatching(/^[1-9]\d* answers by a wrong version$/),
    ]);
    expect(passed(played)).toBe(false);
  });

  test("a stale standby answers with a wrong version when the other region is lost without warning", async () => {
    const lost = scenario("region lost");
    const act: Scenario["act"] = (at, world) => {
      world.server("eu-central-1").state.version = versions.before;
      return lost.act(at, world);
    };
    expect(failed(await playScenario({ ...lost, act }, participants))).toEqual([
      expect.stringMatching(/answers by a wrong version$/),
    ]);
  });

  test("a standby that cannot be asked is not trusted", async () => {
    const act: Scenario["act"] = async (at, world) => {
      if (at === 60) world.server("eu-central-1").state.up = false;
      if (at === 70) await drain(world, "eu-west-1");
    };
    const { observation } = await playScenario(
      { ...scenario("drained region"), seconds: 75, act },
      participants,
    );
    expect(observation.notes).toEqual([
      {
        second: 70,
        text: "refused to drain eu-west-1: eu-west-1 serves 2.0.0, eu-central-1 serves nothing",
      },
    ]);
  });

  test("one region alone has no game day", () => {
    expect(() => scenarios(participants.slice(0, 1), 180)).toThrow(
      "regions: got 1 in service, allowed: two or more; alone there is nothing to fail over to",
    );
  });
});

test("what a game day sees is within the budget of the plan, whatever the timing", async () => {
  for (const [checkIntervalSeconds, failureThreshold] of [
    [10, 2],
    [30, 3],
  ] as const) {
    const given = participants.map((one) => ({
      ...one,
      timing: { ...one.timing, checkIntervalSeconds, failureThreshold },
    }));
    const played = await playScenario(scenario("region lost", given), given);
    expect(played.findings[0]?.text).toMatch(
      new RegExp(`of ${recoveryBudget(given[0]!.timing).totalSeconds} s allowed`),
    );
    expect(played.findings[0]?.held).toBe(true);
  }
});
