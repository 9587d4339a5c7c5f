import { aliasTtlSeconds, type RecoveryTiming } from "../../services/contract/recovery";
import { NameServer, type Announcement } from "./name-server";
import { RegionServer } from "./region-server";

/** A region that takes part: its timing is that of the plan. */
export interface Participant {
  readonly region: string;
  readonly timing: RecoveryTiming;
  readonly replicas: number;
}

/** What happened to the callers in one second. */
export interface Moment {
  readonly second: number;
  /** Answered requests by region that answered. */
  readonly answered: Readonly<Record<string, number>>;
  readonly failed: number;
  /** Answers by another version than the approved one. */
  readonly wrong: number;
}

/** What was seen of a game day. */
export interface Observation {
  readonly moments: readonly Moment[];
  readonly announcements: readonly Announcement[];
  /** What people did and were told, by second. */
  readonly notes: readonly { readonly second: number; readonly text: string }[];
}

/**
 * Callers of each region: so many resolvers, each of which keeps an answer for the lifetime of the
 * name and starts at another second.
 */
const resolversPerRegion = 4;

interface Caller {
  readonly nearest: readonly string[];
  /** Second from which on it asks the name server again. */
  until: number;
  target: string | undefined;
}

/**
 * Regions on loopback, callers, and the name server between them, in seconds that pass as fast as
 * the processor allows.
 */
export class World {
  readonly servers: ReadonlyMap<string, RegionServer>;
  readonly names: NameServer;
  private readonly callers: readonly Caller[];
  private readonly notes: { second: number; text: string }[] = [];
  private second = 0;

  constructor(
    readonly participants: readonly Participant[],
    readonly approved: string,
  ) {
    const regions = participants.map(({ region }) => region);
    this.servers = new Map(
      participants.map(({ region, replicas }) => [
        region,
        new RegionServer(region, replicas, approved),
      ]),
    );
    this.names = new NameServer(
      new Map(participants.map(({ region, timing }) => [region, timing])),
      (region) => this.server(region).healthy(),
    );
    this.callers = participants.flatMap(({ timing: { ttlSeconds = aliasTtlSeconds } }, i) => {
      const nearest = [...regions.slice(i), ...regions.slice(0, i)];
      return Array.from({ length: resolversPerRegion }, (_, k) => ({
        nearest,
        until: Math.floor((k * ttlSeconds) / resolversPerRegion),
        target: undefined,
      }));
    });
  }

  server(region: string): RegionServer {
    const found = this.servers.get(region);
    if (found === undefined)
      throw new RangeError(
        `region: got ${region}, allowed: ${[...this.servers.keys()].join(", ")}`,
      );
    return found;
  }

  /** Versions that the regions serve, as each says itself; undefined where none answers. */
  async versions(): Promise<Record<string, string | undefined>> {
    return Object.fromEntries(
      await Promise.all(
        [...this.servers].map(
          async ([region, server]) => [region, await server.predict()] as const,
        ),
      ),
    );
  }

  note(text: string): void {
    this.notes.push({ second: this.second, text });
  }

  /** Plays so many seconds; `act` does what happens at the beginning of each. */
  async play(
    seconds: number,
    act: (second: number, world: World) => Promise<void> | void,
  ): Promise<Observation> {
    await Promise.all([...this.servers.values()].map((server) => server.listen()));
    const moments: Moment[] = [];
    try {
      for (this.second = 0; this.second < seconds; this.second++) {
        await act(this.second, this);
        await this.names.tick(this.second);
        moments.push(await this.moment());
      }
    } finally {
      await Promise.all([...this.servers.values()].map((server) => server.close()));
    }
    return { moments, announcements: this.names.announcements, notes: this.notes };
  }

  private async moment(): Promise<Moment> {
    const answered: Record<string, number> = {};
    let [failed, wrong] = [0, 0];
    await Promise.all(
      this.callers.map(async (caller) => {
        const target = this.resolve(caller);
        const answer = target === undefined ? undefined : await this.server(target).predict();
        if (answer === undefined || target === undefined) return void failed++;
        answered[target] = (answered[target] ?? 0) + 1;
        if (answer !== this.approved) wrong++;
      }),
    );
    return { second: this.second, answered, failed, wrong };
  }

  private resolve(caller: Caller): string | undefined {
    const expired = this.second >= caller.until;
    if (expired || caller.target === undefined) caller.target = this.names.answer(caller.nearest);
    if (expired) {
      const ttl =
        this.participants.find(({ region }) => region === caller.target)?.timing.ttlSeconds ??
        aliasTtlSeconds;
      caller.until = this.second + ttl;
    }
    return caller.target;
  }
}
