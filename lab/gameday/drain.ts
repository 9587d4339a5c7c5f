import { agree } from "../../cli/drill/regions";
import type { World } from "./world";

/**
 * Moves the callers of a region to the others by configuration, after a look at what every region
 * serves: nobody may be moved to another version than before. `standby` comes back into service
 * with it. Says what was done, or why it was refused.
 */
export async function drain(world: World, region: string, standby?: string): Promise<void> {
  const served = await world.versions();
  if (!agree(served))
    return world.note(
      `refused to drain ${region}: ${Object.entries(served)
        .map(([name, version]) => `${name} serves ${version ?? "nothing"}`)
        .join(", ")}`,
    );
  if (standby !== undefined) world.names.drain(standby, false);
  world.names.drain(region);
  world.note(`drained ${region}`);
}
