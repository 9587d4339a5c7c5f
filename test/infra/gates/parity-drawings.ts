import * as fc from "fast-check";
import type { Confusion } from "../../../infra/gates/counts";
import { comparisonSeconds } from "../../../infra/gates/scores";
import type { Contract } from "../../../services/contract/contract";
import { all, contract, lives, type DrawnVersion, type Life, type Pod } from "./parity-counts";

export const minimum = contract.drift.minimumSamples;

/** Off the minimum itself: a window that is summed may miss a whole number by its last digit. */
export const off = (count: number, least = minimum) => (count === least ? count + 1 : count);
export const rows = fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 20_000 }));

/** Shares near what the gates allow, and any. */
export const share = fc.oneof(
  fc.double({ min: 0, max: 0.05, noNaN: true }),
  fc.double({ min: 0, max: 1, noNaN: true }),
);

/** Now and then a server counts NaN. */
const orNaN = <T>(of: fc.Arbitrary<T>, broken: (value: T) => T) =>
  fc.oneof({ weight: 15, arbitrary: of }, { weight: 1, arbitrary: of.map(broken) });

function confusions(size: fc.Arbitrary<number>, least: number): fc.Arbitrary<Confusion> {
  const drawn = fc
    .tuple(size, fc.double({ min: 0.5, max: 1, noNaN: true }), share, share)
    .map(([rows, positive, missed, alarms]): Confusion => {
      const total = off(rows, least);
      const positives = Math.floor(total * positive);
      const falseNegative = Math.floor(positives * missed);
      const falsePositive = Math.floor((total - positives) * alarms);
      return {
        truePositive: positives - falseNegative,
        falseNegative,
        falsePositive,
        trueNegative: total - positives - falsePositive,
      };
    });
  return orNaN(drawn, (confusion) => ({ ...confusion, falsePositive: NaN }));
}

const life = fc.constantFrom(...(Object.keys(lives) as Life[]));
const some = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 0, max: 400 }),
  fc.integer({ min: 0, max: 20_000 }),
);
const rare = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 400 }) },
);
const few = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 12 }), rows);

const pod: fc.Arbitrary<Pod> = fc
  .record({ life, fine: some, errors: few, timed: some, late: share, away: rare })
  .map(({ late, ...drawn }) => ({ ...drawn, quick: drawn.timed - Math.floor(late * drawn.timed) }));
const broken = fc
  .tuple(pod, fc.constantFrom("fine", "errors", "timed", "quick"))
  .map(([drawn, which]): Pod => ({ ...drawn, life: "flowing", [which]: NaN }));

/** Counts and reference of the version's own bins; now and then far apart. */
const held = fc
  .record({
    counts: fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 5, maxLength: 5 }),
    parts: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 5, maxLength: 5 }),
    referenceRows: fc.integer({ min: 50, max: 20_000 }),
  })
  .map(({ counts, parts, referenceRows }) => ({
    counts,
    reference: parts.map((part) => part / all(parts)),
    referenceRows,
  }));
const small400 = fc.integer({ min: 0, max: 400 });
const tenth = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 900 }));

/** Decisions on a group; now and then a server counts NaN. */
const decisions = orNaN(fc.record({ positive: small400, negative: small400 }), (drawn) => ({
  ...drawn,
  positive: NaN,
}));

/** Versions under a contract. */
export function versions(judged: Contract): fc.Arbitrary<DrawnVersion> {
  const least = judged.drift.minimumSamples;
  const tenths = fc.oneof(
    fc.array(tenth, { minLength: 10, maxLength: 10 }),
    fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 10, maxLength: 10 }),
    fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 10, maxLength: 10 }),
    fc.constant(Array.from({ length: 10 }, () => 0)),
  );
  const decided = judged.protectedAttributes.map(({ name, groups: list }) => {
    const each = list.map((group) => [group.name, decisions] as const);
    return [name, fc.record(Object.fromEntries(each))] as const;
  });
  const groups = judged.protectedAttributes.map(({ name, groups: list }) => {
    const each = list.map((group) => [group.name, confusions(small400, 0)] as const);
    return [name, fc.record(Object.fromEntries(each))] as const;
  });
  return fc
    .record({
      pods: fc.array(fc.oneof({ weight: 11, arbitrary: pod }, { weight: 1, arbitrary: broken }), {
        maxLength: 3,
      }),
      unanswered: fc.option(
        fc.oneof(
          { weight: 7, arbitrary: fc.record({ life, count: fc.integer({ min: 0, max: 20 }) }) },
          { weight: 1, arbitrary: fc.constant({ life: "flowing" as const, count: NaN }) },
        ),
        { nil: undefined },
      ),
      processes: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
      scores: fc
        .record({ life, tenths: tenths.filter((list) => all(list) !== least) })
        .chain((drawn) =>
          orNaN(fc.constant(drawn), ({ tenths: [, ...rest] }) => ({
            life: "flowing" as const,
            tenths: [NaN, ...rest],
          })),
        ),
      held: fc.option(
        held.filter(({ counts }) => (all(counts) * comparisonSeconds) / 3_600 !== least),
        { nil: undefined },
      ),
      outcomes: confusions(rows, least),
      decisions: fc.record(Object.fromEntries(decided)),
      groups: fc.record(Object.fromEntries(groups)),
      labelsLost: fc.boolean(),
    })
    .filter(({ pods }) => all(pods.map(({ timed, away }) => timed + away)) !== least);
}

const seed = 20261129;
export const sample = <T>(of: fc.Arbitrary<T>, count: number) =>
  fc.sample(of, { seed, numRuns: count });
