import { majorityBound, mismatch, sampleRatioOf } from "../../../infra/gates/split";
import { normalQuantile } from "../../../infra/gates/statistics";
import { subjectBuckets } from "../../../services/contract/arms";
import { randoms } from "../observability/promtool/scenario";
import { percent, print } from "./simulate";

/** Who sends requests: many subjects with about one in two looks each, and a few that are busy. */
interface Crowd {
  readonly subjects: number;
  readonly busy: number;
  /** Requests of a busy subject between two looks. */
  readonly each: number;
  /** Probability that a subject is in the challengers' half. */
  readonly challengers: number;
  /** Share of the challengers' requests that gets lost before it is counted. */
  readonly lost: number;
}

const looks = 20;
const crowd: Crowd = { subjects: 1_000, busy: 0, each: 200, challengers: 0.5, lost: 0 };

/**
 * Runs of one crowd: shares of the runs in which a test over looks calls the split unfair, at an
 * error of 5% and at that of a release.
 */
function runs(
  change: Partial<Crowd>,
  {
    of,
    seed,
    alpha = 0.05,
  }: { readonly of: number; readonly seed: number; readonly alpha?: number },
) {
  const { subjects, busy, each, challengers, lost } = { ...crowd, ...change };
  const random = randoms(seed);
  const bounds = {
    requests: normalQuantile(alpha / 2 / looks),
    buckets: majorityBound(alpha / looks),
  };
  const found = { requests: 0, buckets: 0, release: 0 };
  for (let run = 0; run < of; run += 1) {
    const places = Array.from({ length: subjects + busy }, (_, i) => ({
      challenger: random() < challengers,
      bucket: Math.floor(subjectBuckets * random()),
      busy: i < busy,
    }));
    const [challenger, champion] = [
      new Array<number>(subjectBuckets).fill(0),
      new Array<number>(subjectBuckets).fill(0),
    ];
    const unfair = { requests: false, buckets: false, release: false };
    for (let look = 0; look < looks; look += 1) {
      for (const place of places) {
        const sent = place.busy ? each : random() < 0.5 ? 1 : 0;
        const counted =
          place.challenger && lost > 0
            ? place.busy
              ? sent * (1 - lost)
              : random() < lost
                ? 0
                : sent
            : sent;
        (place.challenger ? challenger : champion)[place.bucket]! += counted;
      }
      const [one, other] = [challenger, champion].map((counts) =>
        counts.reduce((sum, count) => sum + count, 0),
      ) as [number, number];
      const majority = sampleRatioOf(challenger, champion);
      unfair.requests ||= Math.abs(one - other) / Math.sqrt(one + other) >= bounds.requests;
      unfair.buckets ||= majority >= bounds.buckets;
      unfair.release ||= majority >= mismatch;
    }
    for (const test of ["requests", "buckets", "release"] as const)
      if (unfair[test]) found[test] += 1;
  }
  return {
    requests: found.requests / of,
    buckets: found.buckets / of,
    release: found.release / of,
  };
}

describe("the sample-ratio check, looked at twenty times", () => {
  const fair = [
    { title: "1,000 subjects alike", ...runs({}, { of: 100, seed: 201 }) },
    { title: "and 5 with 13% of the requests each", ...runs({ busy: 5 }, { of: 100, seed: 202 }) },
    { title: "and 50 with 1.9% each", ...runs({ busy: 50, each: 400 }, { of: 100, seed: 203 }) },
    { title: "and one with 95%", ...runs({ busy: 1, each: 10_000 }, { of: 100, seed: 204 }) },
  ];
  const broken = [
    {
      title: "a version that loses 20% of its requests, 20,000 subjects",
      ...runs({ subjects: 20_000, lost: 0.2 }, { of: 5, seed: 211 }),
    },
    {
      title: "the same beside 5 busy subjects",
      ...runs({ subjects: 20_000, lost: 0.2, busy: 5, each: 2_000 }, { of: 5, seed: 212 }),
    },
    {
      title: "halves of 45 and 55%, 20,000 subjects",
      ...runs({ subjects: 20_000, challengers: 0.45 }, { of: 5, seed: 213 }),
    },
    {
      title: "halves of 45 and 55% beside 5 busy subjects",
      ...runs({ subjects: 20_000, challengers: 0.45, busy: 5, each: 2_000 }, { of: 5, seed: 214 }),
    },
  ];
  afterAll(() =>
    print(
      "Sample ratio: share of the runs in which the split is called unfair, error 5% over 20 looks (100 fair runs each, 5 broken ones)",
      [
        ["who asks", "by requests", "by buckets of subjects", "at the bound of a release"],
        ...[...fair, ...broken].map(({ title, requests, buckets, release }) => [
          title,
          percent(requests),
          percent(buckets),
          percent(release),
        ]),
      ],
    ),
  );

  test.each(fair)(
    "calls a fair split unfair in at most 5% of the runs: $title",
    ({ buckets, release }) => {
      expect(buckets).toBeLessThanOrEqual(0.05);
      expect(release).toBe(0);
    },
  );

  test("cannot be done by requests, since those of a subject come together", () => {
    expect(fair[1]!.requests).toBeGreaterThan(0.5);
  });

  test.each(broken)("finds $title", ({ release }) => {
    expect(release).toBeGreaterThanOrEqual(0.95);
  });

  test("says nothing of fewer buckets than could all be on one side by chance", () => {
    expect(sampleRatioOf([1, 2, 3], [0, 0, 0])).toBeLessThan(mismatch);
    expect(sampleRatioOf([4, 4], [4, 4])).toBeNaN();
  });
});
