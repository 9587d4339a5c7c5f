import { z } from "zod";
import { annotationPrefix, labelKeys } from "../services/contract/labels";
import type { JudgedAudit } from "../services/evidence/bias-audit";
import { modelSubject } from "../services/evidence/refusals";
import { verdictSchema } from "../services/evidence/verdict";
import {
  dutiesOf,
  type Duties,
  type GivenApproval,
  dutiesByTier,
  riskTiers,
  type RiskTier,
} from "../services/contract/tiers";
import { isDigest } from "../services/contract/digests";
import { days, duration } from "../services/contract/units";
import { at, list, record, text } from "./resources";
import type { ResourceView } from "./rule";

export const modelServiceType = "causeway:serving:ModelService";

/** What a message calls a model, e.g. `Model "loan-approval"`. */
export function modelName(resource: ResourceView): string {
  return modelSubject(modelOf(resource));
}

/** The model that a resource serves. */
export function modelOf(resource: ResourceView): string {
  return text(resource.props, "model") ?? resource.name;
}

/**
 * What the model's risk tier asks of it. A tier that is missing or unknown asks for everything,
 * until it is known.
 */
export function dutiesFor(resource: ResourceView): Duties {
  return dutiesOf(at(resource.props, "riskTier"));
}

/** The risk tier in words. */
export function tierOf(resource: ResourceView): string {
  return text(resource.props, "riskTier") ?? "unknown";
}

/**
 * Approvals that the manifest names with all that belongs to one: a role, a person, a time, the
 * image, and the entry of the ledger.
 */
export function approvalsIn(resource: ResourceView): GivenApproval[] {
  const complete = list(resource.props, "release.approvals").filter((approval) =>
    ["role", "actor", "at", "image", "reference"].every(
      (key) => (text(approval, key) ?? "") !== "",
    ),
  );
  return complete.map((approval) => ({
    role: text(approval, "role") ?? "",
    actor: text(approval, "actor"),
  }));
}

/**
 * Fairness results about which a person has to decide, each in words: shown neither to hold nor to
 * fail on the held-out rows.
 */
export function undecidedFairnessOf(resource: ResourceView): string[] {
  return list(resource.props, "release.fairness")
    .filter((result) => at(result, "outcome") === "not shown")
    .map((result) => {
      const missing = list(result, "notJudged").filter((name) => typeof name === "string");
      return `${text(result, "metric") ?? "a metric"} of ${text(result, "attribute") ?? "an attribute"}${missing.length === 0 ? "" : ` (too few rows: ${missing.join(", ")})`}`;
    });
}

/** The external bias audit, where one is recorded. */
export function auditOf(resource: ResourceView): JudgedAudit | undefined {
  const of = (key: string) => text(resource.props, `governance.biasAudit.${key}`) ?? "";
  return of("organisation") === ""
    ? undefined
    : {
        organisation: of("organisation"),
        version: of("version"),
        at: of("at"),
        expired: at(resource.props, "governance.biasAudit.expired") !== false,
      };
}

const { version, digest: imageDigest, region, outcome, message, finishedAt } = verdictSchema.shape;
const judgedVerdict = z.object({
  version,
  digest: imageDigest,
  region,
  outcome,
  message,
  finishedAt,
});

/** Verdicts over a model's releases; a failure where they cannot be read. */
export function verdictsOf(resource: ResourceView) {
  return z.array(judgedVerdict).safeParse(list(resource.props, "verdicts"));
}

/** Digest of the image that the stack file or the release names. */
export function declaredDigestOf(resource: ResourceView): string | undefined {
  return text(resource.props, "declaredDigest") ?? text(resource.props, "release.image.digest");
}

/** Message of a digest that the release does not name, or no message. */
export function digestProblem(resource: ResourceView, path: string, of: string): string[] {
  const found = text(resource.props, path);
  return found !== undefined && isDigest(found)
    ? []
    : [
        `${modelName(resource)} must name the digest of its ${of} in ${path}, got ${found === undefined ? "nothing" : found}`,
      ];
}

/** Metrics of the release's evaluation by name. */
export function metrics(resource: ResourceView): [string, unknown][] {
  return Object.entries(record(resource.props, "release.evaluation.metrics"));
}

/** Days in a length of time; none for text that is no such length, which another rule refuses. */
export function lengthInDays(length: string | undefined): number {
  const { data } = duration.safeParse(length);
  return data === undefined ? 0 : days(data);
}

/** A label or annotation of an object, looked up in both. */
export function mark(resource: ResourceView, key: string): unknown {
  const metadata = at(resource.props, "metadata");
  return record(metadata, "labels")[key] ?? record(metadata, "annotations")[key];
}

/** Namespace of the models' pods. */
const namespace = "causeway-models";

/** Whether a Rollout serves a model: it is where models are, or has a mark of one. */
export function servesModel(rollout: ResourceView): boolean {
  const marks = [at(rollout.props, "metadata"), at(rollout.props, "spec.template.metadata")]
    .flatMap((metadata) => [record(metadata, "labels"), record(metadata, "annotations")])
    .flatMap(Object.entries);
  return (
    text(rollout.props, "metadata.namespace") === namespace ||
    marks.some(
      ([key, value]) =>
        key.startsWith(`${annotationPrefix}/`) ||
        (key === "app.kubernetes.io/component" && value === "model-server"),
    )
  );
}

/**
 * Risk tier that an object declares for its model, where that tier asks for a person's decision;
 * one without a tier is governance-rollout-labels' to report.
 */
export function gatedTierOf(resource: ResourceView): RiskTier | undefined {
  const tier = riskTiers.find((one) => one === mark(resource, labelKeys.riskTier));
  return tier !== undefined && dutiesByTier[tier].humanGate ? tier : undefined;
}
