import { disagreement, proven, refused, scoreDistance } from "../../../infra/gates/shadow";
import {
  distanceOf,
  positionOf,
  shadowScale,
  type Bucket,
} from "../../../infra/gates/shadow-statistics";
import { falseRollback } from "../../../infra/gates/sequential";
import { paces, scrapeSeconds } from "../../../infra/gates/pace";
import type { Environment } from "../../../services/contract/environments";
import { rowBuckets } from "../../../services/contract/metrics";
import { randoms } from "../observability/promtool/scenario";
import { percent, print } from "./simulate";

/** A version beside its champion. */
interface Mirrored {
  readonly environment: Environment;
  /** Rows of the champion in a second. */
  readonly rate: number;
  /** Share of the rows that the version decides the other way. */
  readonly flipped?: number;
  /** Distance of its score for every row. */
  readonly moved?: number;
  /**
   * Scores of a model that is sure of itself either way, instead of the sample's, which approves
   * most.
   */
  readonly sure?: boolean;
}

interface Ending {
  readonly refused: number;
  readonly proven: number;
}

/** Copies that never arrive: nobody waits for them. */
const lost = 0.01;

/**
 * Releases until proven or refused; the pods of either version are scraped at moments of their own,
 * which last for the release.
 */
function releases(
  { environment, rate, flipped = 0, moved = 0, sure = false }: Mirrored,
  of: number,
  seed: number,
): Ending {
  const { stepSeconds: windowSeconds, undecidedLooks } = paces[environment];
  const random = randoms(seed);
  const score = () =>
    sure
      ? random() < 0.5
        ? 0.02
        : 0.98
      : random() < 0.12
        ? 0.2 + 0.5 * random()
        : 0.8 + 0.15 * random();
  const scales = [disagreement, scoreDistance].map((shares) =>
    shadowScale(shares, { looks: undecidedLooks + 1, regions: 1, windowSeconds }),
  );
  const ended = { refused: 0, proven: 0 };
  for (let release = 0; release < of; release += 1) {
    const offset = scrapeSeconds * Math.abs(random() - random());
    const open = new Set([0, 1]);
    for (let look = 0; look <= undecidedLooks && open.size > 0; look += 1) {
      const counts = window({
        rows: rate * (windowSeconds + offset),
        early: offset / (windowSeconds + offset),
        score,
        flipped,
        moved,
        random,
      });
      const at = [...open].map(
        (gate) =>
          [gate, positionOf(counts.trial[gate]!, counts.champion[gate]!, scales[gate]!)] as const,
      );
      if (at.some(([, position]) => position >= refused)) {
        ended.refused += 1;
        break;
      }
      for (const [gate, position] of at) if (position <= proven) open.delete(gate);
      if (open.size === 0) ended.proven += 1;
    }
  }
  return { refused: ended.refused / of, proven: ended.proven / of };
}

interface Window {
  readonly rows: number;
  /** Share of the rows at either end that one version alone has in its window. */
  readonly early: number;
  readonly score: () => number;
  readonly flipped: number;
  readonly moved: number;
  readonly random: () => number;
}

/** Positives and scores by bucket, under either version. */
function window({ rows, early, score, flipped, moved, random }: Window) {
  const empty = () => Array.from({ length: rowBuckets }, () => ({ rows: 0, total: 0 }));
  const [trial, champion] = [
    [empty(), empty()],
    [empty(), empty()],
  ];
  const count = (
    buckets: { rows: number; total: number }[][],
    bucket: number,
    positive: boolean,
    value: number,
  ) =>
    [positive ? 1 : 0, value].forEach((total, i) => {
      const cell = buckets[i]![bucket]!;
      cell.rows += 1;
      cell.total += total;
    });
  for (let row = 0; row < rows; row += 1) {
    const [bucket, value, at] = [Math.floor(rowBuckets * random()), score(), row / rows];
    const positive = value > 0.75;
    if (at < 1 - early) count(champion, bucket, positive, value);
    if (at >= early && random() >= lost)
      count(
        trial,
        bucket,
        random() < flipped ? !positive : positive,
        value + (random() < 0.5 ? moved : -moved),
      );
  }
  return {
    trial: trial as readonly (readonly Bucket[])[],
    champion: champion as readonly (readonly Bucket[])[],
  };
}

describe("the comparison of a shadow release, scraped every ten seconds", () => {
  const environments = (["prod", "dev", "local"] as const).map((environment, i) => ({
    environment,
    same: releases({ environment, rate: 5 }, 100, 301 + i),
    sure: releases({ environment, rate: 5, sure: true }, 100, 311 + i),
    few: releases({ environment, rate: 2 }, 100, 321 + i),
    bad: releases({ environment, rate: 5, flipped: 0.4 }, 20, 331 + i),
    moved: releases({ environment, rate: 5, moved: 0.3 }, 20, 341 + i),
  }));
  const edge = releases(
    { environment: "prod", rate: 5, flipped: disagreement.acceptable },
    100,
    351,
  );
  const justBad = releases(
    { environment: "prod", rate: 5, flipped: disagreement.unacceptable },
    100,
    352,
  );
  afterAll(() =>
    print(
      "Shadow comparison: share of the releases that are refused and proven (100 identical versions each, 20 that are not)",
      [
        [
          "pace",
          "identical: refused",
          "proven",
          "sure of itself, 5 rows a second: refused",
          "proven",
          "2 rows a second: refused",
          "proven",
          "40% decided otherwise: refused",
          "proven",
          "scores 0.3 apart: refused",
          "proven",
        ],
        ...environments.map(({ environment, same, sure, few, bad, moved }) => [
          environment,
          ...[same, sure, few, bad, moved].flatMap((ending) => [
            percent(ending.refused),
            percent(ending.proven),
          ]),
        ]),
        [
          "5% decided otherwise",
          percent(edge.refused),
          percent(edge.proven),
          ...new Array<string>(8).fill(""),
        ],
        [
          "20% decided otherwise",
          percent(justBad.refused),
          percent(justBad.proven),
          ...new Array<string>(8).fill(""),
        ],
      ],
    ),
  );

  test.each(environments)(
    "refuses an identical version in at most 1% of the releases in $environment, however its pods are scraped",
    ({ same, sure, few }) => {
      for (const ending of [same, sure, few])
        expect(ending.refused).toBeLessThanOrEqual(falseRollback);
    },
  );

  test.each(environments)(
    "refuses a version that decides or scores otherwise in $environment",
    ({ bad, moved }) => {
      for (const ending of [bad, moved]) expect(ending).toEqual({ refused: 1, proven: 0 });
    },
  );

  test("refuses a version that decides just acceptably many otherwise in at most 1% of the releases", () => {
    expect(edge.refused).toBeLessThanOrEqual(falseRollback);
  });

  test("finds an identical version at no distance where its pods are scraped together", () => {
    const { trial, champion } = window({
      rows: 10_000,
      early: 0,
      score: randoms(1),
      flipped: 0,
      moved: 0,
      random: randoms(2),
    });
    expect(distanceOf(trial[0]!, champion[0]!)).toBeLessThan(0.01);
  });
});
