import { labelKeys } from "../../../services/contract/labels";
import { at, record } from "../../read";
import { dutiesByTier, riskTiers, type RiskTier } from "../../../services/contract/tiers";
import type { ResourceView } from "../../rule";

/** A label or annotation of an object, looked up in both. */
export function mark(resource: ResourceView, key: string): unknown {
  const metadata = at(resource.props, "metadata");
  return record(metadata, "labels")[key] ?? record(metadata, "annotations")[key];
}

/**
 * Risk tier that an object declares for its model, where that tier asks for a person's decision;
 * one without a tier is governance-rollout-labels' to report.
 */
export function gatedTierOf(resource: ResourceView): RiskTier | undefined {
  const tier = riskTiers.find((one) => one === mark(resource, labelKeys.riskTier));
  return tier !== undefined && dutiesByTier[tier].humanGate ? tier : undefined;
}
