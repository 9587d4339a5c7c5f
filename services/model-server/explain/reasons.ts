import type { Contract } from "../../contract/contract";
import { dutiesOf } from "../../contract/tiers";
import type { Explanation } from "./explainer";

/** One of the reasons for an answer against the person, in the words of the contract. */
export interface Reason {
  readonly feature: string;
  /** What the feature is; the value that the person gave belongs beside it in a notice. */
  readonly description: string;
  /** Log-odds by which it moved the answer from that of the background. */
  readonly contribution: number;
  /** Whether the request left it out, so that a typical value was judged in its place. */
  readonly missing: boolean;
}

/**
 * The principal reasons for an answer against the person: the features that moved it that way the
 * most, the strongest first, and at most as many as the risk tier names. US lenders must state the
 * specific principal reasons of an adverse action (12 CFR 1002.9(b)(2)), and more than four are not
 * likely to be helpful (Official Interpretation 9(b)(2)-1). None where the answer is not against
 * the person.
 */
export function principalReasons(
  { riskTier, target, features }: Pick<Contract, "riskTier" | "target" | "features">,
  label: string,
  contributions: Explanation["contributions"],
): Reason[] {
  const adverse = target.adverse === "negative" ? target.negativeLabel : target.positiveLabel;
  if (label !== adverse) return [];
  const against = ({ contribution }: { readonly contribution: number }) =>
    target.adverse === "negative" ? -contribution : contribution;
  const described = new Map(features.map(({ name, description }) => [name, description]));
  return contributions
    .filter((one) => against(one) > 0)
    .sort((a, b) => against(b) - against(a))
    .slice(0, dutiesOf(riskTier).principalReasons)
    .map(({ feature, contribution, missing }) => ({
      feature,
      description: described.get(feature) ?? feature,
      contribution,
      missing,
    }));
}
