import { paces } from "../../../infra/gates/pace";
import type { Share } from "../../../infra/gates/comparison";
import { labelsOf, wrongByLabel } from "../../../infra/gates/labels";
import type { Confusion, TrialCounts, VersionCounts } from "../../../infra/gates/counts";

/** A trial of prod in a stack of one region. */
export const trial = { ...paces.prod, regions: 1 } as const;

/** Labels of which 90% are right. */
export function confusion(rows: number): Confusion {
  return {
    truePositive: rows * 0.84,
    falsePositive: rows * 0.06,
    trueNegative: rows * 0.06,
    falseNegative: rows * 0.04,
  };
}

/** A version without a fault after so many predictions, each with a label. */
export function counts(rows: number, changes: Partial<VersionCounts> = {}): VersionCounts {
  return {
    requests: 2 * rows,
    errors: 0,
    unanswered: 0,
    answers: rows,
    lateAnswers: 0,
    recentRequests: 200,
    recentAnswers: 100,
    restarts: 0,
    scoreTenths: [1, 1, 2, 2, 4, 6, 10, 20, 30, 24].map((share) => (share / 100) * rows),
    predictions: { positive: rows * 0.9, negative: rows * 0.1 },
    labels: labelsOf(changes.outcomes ?? confusion(rows)),
    scoreBins: undefined,
    outcomes: confusion(rows),
    decisions: {
      race: {
        white: { positive: rows * 0.765, negative: rows * 0.085 },
        black: { positive: rows * 0.09, negative: rows * 0.01 },
        hispanic: { positive: rows * 0.045, negative: rows * 0.005 },
      },
      sex: {
        male: { positive: rows * 0.72, negative: rows * 0.08 },
        female: { positive: rows * 0.18, negative: rows * 0.02 },
      },
    },
    groups: {
      race: {
        white: confusion(rows * 0.85),
        black: confusion(rows * 0.1),
        hispanic: confusion(rows * 0.05),
      },
      sex: { male: confusion(rows * 0.8), female: confusion(rows * 0.2) },
    },
    ...changes,
  };
}

/** What is known at one look, counted evenly over so many blocks of time. */
export function trialOf(trial: VersionCounts, champion: VersionCounts, blocks = 10): TrialCounts {
  const evenly = (share: (counts: VersionCounts) => Share) => {
    const part = (of: VersionCounts) => {
      const { events, trials } = share(of);
      return { events: events / blocks, trials: trials / blocks };
    };
    return Array.from({ length: blocks }, () => ({ trial: part(trial), champion: part(champion) }));
  };
  return {
    trial,
    champion,
    labels: [0, 1].flatMap((label) =>
      evenly(({ outcomes }) => wrongByLabel(outcomes)[label] ?? { events: 0, trials: 0 }),
    ),
    scores: Array.from({ length: blocks }, () => ({
      trial: trial.scoreTenths.map((count) => count / blocks),
      champion: champion.scoreTenths.map((count) => count / blocks),
    })),
    blocks: {
      errors: evenly(({ requests, errors, unanswered }) => ({
        events: errors + unanswered,
        trials: requests + unanswered,
      })),
      latency: evenly(({ answers, lateAnswers }) => ({ events: lateAnswers, trials: answers })),
    },
  };
}
