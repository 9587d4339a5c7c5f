import {
  aggregationMarginSeconds,
  checkTimeoutSeconds,
  healthyShare,
  type RecoveryTiming,
} from "../../services/contract/recovery";

/** Checkers that ask each region; Route 53 has two or more in each of eight regions. */
const checkers = 16;

/** What name servers say of a region from a second on. */
export interface Announcement {
  readonly second: number;
  readonly region: string;
  readonly healthy: boolean;
}

interface Checker {
  /** Second at which it asks first. */
  readonly phase: number;
  healthy: boolean;
  /** Results in a row that speak against its verdict. */
  against: number;
}

interface Watched {
  readonly checkers: readonly Checker[];
  readonly timing: RecoveryTiming;
  /** Results that are on their way: a failure is known only when the check has timed out. */
  readonly underway: {
    readonly at: number;
    readonly checker: Checker;
    readonly healthy: boolean;
  }[];
  combined: boolean;
  announced: boolean;
  drained: boolean;
}

/**
 * Stands in for Route 53, second by second: independent checkers change their verdict after so many
 * results in a row, in both directions; a region is healthy while more than 18% of the checkers say
 * so; name servers learn of a change after a margin. Where no region is healthy, all count as
 * healthy (Route 53 Developer Guide, "How Amazon Route 53 chooses records when health checking is
 * configured").
 */
export class NameServer {
  readonly announcements: Announcement[] = [];
  private readonly watched: ReadonlyMap<string, Watched>;
  private readonly pending: Announcement[] = [];

  /** `timings` by region, in the order of the stack file. */
  constructor(
    timings: ReadonlyMap<string, RecoveryTiming>,
    private readonly check: (region: string) => Promise<boolean>,
  ) {
    this.watched = new Map(
      [...timings].map(([region, timing]) => {
        const phases = Array.from({ length: checkers }, (_, i) =>
          Math.floor((i * timing.checkIntervalSeconds) / checkers),
        );
        return [
          region,
          {
            checkers: phases.map((phase) => ({ phase, healthy: true, against: 0 })),
            timing,
            underway: [],
            combined: true,
            announced: true,
            drained: false,
          },
        ];
      }),
    );
  }

  /** Takes a region out of the answers by configuration, whatever its health, or puts it back. */
  drain(region: string, drained = true): void {
    const found = this.watched.get(region);
    if (found) found.drained = drained;
  }

  /** One second of all checkers. */
  async tick(second: number): Promise<void> {
    for (const [region, watched] of this.watched) {
      const due = watched.checkers.filter(
        ({ phase }) =>
          second >= phase && (second - phase) % watched.timing.checkIntervalSeconds === 0,
      );
      const results = await Promise.all(due.map(() => this.check(region)));
      due.forEach((checker, i) => {
        const healthy = results[i] === true;
        watched.underway.push({
          at: second + (healthy ? 0 : checkTimeoutSeconds),
          checker,
          healthy,
        });
      });
      this.settle(region, watched, second);
    }
    while (this.pending[0] !== undefined && this.pending[0].second <= second) {
      const next = this.pending.shift();
      const watched = next && this.watched.get(next.region);
      if (next === undefined || watched === undefined || watched.announced === next.healthy)
        continue;
      watched.announced = next.healthy;
      this.announcements.push(next);
    }
  }

  /** The region that a caller is sent to: its nearest one in service and healthy. */
  answer(nearest: readonly string[]): string | undefined {
    const inService = nearest.filter((region) => this.watched.get(region)?.drained === false);
    const healthy = inService.filter((region) => this.watched.get(region)?.announced === true);
    return (healthy.length > 0 ? healthy : inService)[0];
  }

  private settle(region: string, watched: Watched, second: number): void {
    const known = watched.underway.filter(({ at }) => at <= second);
    for (const result of known) {
      watched.underway.splice(watched.underway.indexOf(result), 1);
      const { checker, healthy } = result;
      checker.against = healthy === checker.healthy ? 0 : checker.against + 1;
      if (checker.against < watched.timing.failureThreshold) continue;
      checker.healthy = healthy;
      checker.against = 0;
    }
    const combined =
      watched.checkers.filter(({ healthy }) => healthy).length / checkers > healthyShare;
    if (combined === watched.combined) return;
    watched.combined = combined;
    this.pending.push({ second: second + aggregationMarginSeconds, region, healthy: combined });
  }
}
