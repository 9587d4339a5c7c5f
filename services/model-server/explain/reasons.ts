import type { Contract } from "../../contract/contract";
import { dutiesOf } from "../../contract/tiers";
import type { Contribution, Explanation } from "./explainer";
import type { Asked, Ranking } from "./stability";

/** One of the reasons for an answer against the person, in the words of the contract. */
export interface Reason extends Contribution {
  /** What the feature is; the value that the person gave belongs beside it in a notice. */
  readonly description: string;
  /** Features whose order to this one is not settled, the strongest first; not all are reasons. */
  readonly tiedWith: readonly string[];
}

/**
 * Which reasons an answer needs: the features that moved it against the person the most, and at
 * most as many as the risk tier names. US lenders must state the specific principal reasons of an
 * adverse action (12 CFR 1002.9(b)(2)), and more than four are not likely to be helpful (Official
 * Interpretation 9(b)(2)-1). None where the answer is not against the person.
 */
export function reasonsAsked(
  { riskTier, target }: Pick<Contract, "riskTier" | "target">,
  label: string,
): Asked {
  const adverse = target.adverse === "negative" ? target.negativeLabel : target.positiveLabel;
  return {
    direction: target.adverse === "negative" ? -1 : 1,
    most: label === adverse ? dutiesOf(riskTier).principalReasons : 0,
  };
}

/** The ranked features as reasons, the strongest first. */
export function principalReasons(
  { features }: Pick<Contract, "features">,
  { contributions }: Pick<Explanation, "contributions">,
  ranking: Pick<Ranking, "features" | "tiesOf">,
): Reason[] {
  const described = new Map(features.map(({ name, description }) => [name, description]));
  const named = (index: number) => contributions[index]?.feature ?? "";
  return ranking.features.flatMap((index) => {
    const found = contributions[index];
    if (found === undefined) return [];
    return {
      ...found,
      description: described.get(found.feature) ?? found.feature,
      tiedWith: ranking.tiesOf(index).map(named),
    };
  });
}
