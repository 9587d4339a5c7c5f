import { plannedRegions } from "../../policies/region-loss/regions";
import type { ResourceView } from "../../policies/rule";
import { scenarios, versions, type Finding, type Scenario } from "./scenarios";
import { World, type Observation, type Participant } from "./world";

/** One scenario as it went. */
export interface Played {
  readonly scenario: Scenario;
  readonly observation: Observation;
  readonly findings: readonly Finding[];
}

/**
 * The regions in service of a plan, with the timing and the standing replicas that are planned for
 * them.
 */
export function participantsOf(resources: readonly ResourceView[]): Participant[] {
  return plannedRegions(resources)
    .filter(({ drained }) => !drained)
    .map(({ region, timing, models }) => ({
      region,
      timing,
      replicas: Math.max(1, ...models.map(({ autoscaler }) => autoscaler.min)),
    }));
}

/** Plays one scenario in a world of its own. */
export async function playScenario(
  scenario: Scenario,
  participants: readonly Participant[],
): Promise<Played> {
  const observation = await new World(participants, versions.approved).play(
    scenario.seconds,
    (second, world) => scenario.act(second, world),
  );
  return { scenario, observation, findings: scenario.judge(observation) };
}

/** Plays every scenario; `told` hears of each when it is over. */
export async function playAll(
  participants: readonly Participant[],
  rtoSeconds: number,
  told: (played: Played) => void,
): Promise<Played[]> {
  const all: Played[] = [];
  for (const scenario of scenarios(participants, rtoSeconds)) {
    const played = await playScenario(scenario, participants);
    told(played);
    all.push(played);
  }
  return all;
}

/** Whether everything that had to be seen was seen. */
export function passed({ findings }: Pick<Played, "findings">): boolean {
  return findings.every(({ held }) => held);
}
