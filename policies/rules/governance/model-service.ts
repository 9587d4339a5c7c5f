import { at, record, text } from "../../read";
import type { ResourceView } from "../../rule";

export const modelServiceType = "causeway:serving:ModelService";

const digest = /^sha256:[0-9a-f]{64}$/;

/** What a message calls a model, e.g. `Model "loan-approval"`. */
export function modelName(resource: ResourceView): string {
  return `Model "${text(resource.props, "model") ?? resource.name}"`;
}

/** Whether duties for high-risk systems bind the model. A tier that is missing or unknown binds too, until it is known. */
export function isHighRisk(resource: ResourceView): boolean {
  const tier = at(resource.props, "riskTier");
  return tier !== "minimal" && tier !== "limited";
}

/** Message of a digest that the release does not name, or no message. */
export function digestProblem(resource: ResourceView, path: string, of: string): string[] {
  const found = text(resource.props, path);
  return found !== undefined && digest.test(found) ? [] : [`${modelName(resource)} must name the digest of its ${of} in ${path}, got ${found === undefined ? "nothing" : found}`];
}

/** Metrics of the release's evaluation by name. */
export function metrics(resource: ResourceView): [string, unknown][] {
  return Object.entries(record(resource.props, "release.evaluation.metrics"));
}
