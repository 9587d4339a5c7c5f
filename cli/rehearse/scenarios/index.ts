import type { Contract } from "../../../services/contract/contract";
import { isNumeric } from "../../../services/contract/encoding";
import { loanApproval } from "./loan-approval";
import { chapters, type ChapterName, type Scenario } from "./scenario";

/** Scenarios that somebody wrote, by model. */
export const scenarios: Readonly<Record<string, Scenario>> = { "loan-approval": loanApproval };

/** The scenario that somebody wrote for a model, else the one that its contract gives. */
export function scenarioOf(contract: Contract): Scenario {
  return scenarios[contract.name] ?? scenarioFrom(contract);
}

/**
 * What can be tried on any model: its own recipe, a change of all its numbers, and faults. A better
 * challenger and an unfair one need recipes that only those know who wrote the training code.
 */
function scenarioFrom({ features }: Contract): Scenario {
  const moves = features.flatMap((feature) =>
    isNumeric(feature)
      ? [{ feature: feature.name, plus: feature.min + feature.max, times: { [feature.name]: -1 } }]
      : [],
  );
  return {
    champion: { text: "the recipe of train.py", arguments: [] },
    retrained: {
      text: "the recipe of train.py on rows after the change",
      arguments: [],
      meantToWin: false,
    },
    ...(moves.length > 0 && {
      shift: {
        title: "Numbers are counted from the other end",
        text: "Each number is taken from the other end of the range that the contract gives it, as when a source changes its scale. The true labels stay.",
        moves,
      },
    }),
  };
}

/** The chapters that a scenario has something to try in. */
export function chaptersOf({ challenger, unfair, shift }: Scenario): readonly ChapterName[] {
  const possible = {
    challenger: challenger !== undefined,
    drift: shift !== undefined,
    unfair: unfair !== undefined,
    faults: true,
  } satisfies Record<ChapterName, boolean>;
  return chapters.filter((name) => possible[name]);
}
