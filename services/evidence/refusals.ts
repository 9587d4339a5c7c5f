import { biasAuditGap, type JudgedAudit } from "./bias-audit";
import type { RunImage } from "./images";
import type { Release } from "./release";
import { forbiddingVerdict, newest, type Retry, type Verdict } from "./verdict";

/**
 * Why an update must not go on. A policy says it of a preview, and `pulumi up` refuses the update
 * by it, with or without the policy pack: each pair is one function here.
 */
export interface Refusal {
  /** Who must what, and what was got: `Model "a" must ..., got ...`. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** A refusal in one line. */
export function describeRefusal({ message, remedy }: Refusal): string {
  return `${message}: ${remedy}`;
}

/** What a message calls a model, e.g. `Model "loan-approval"`. */
export function modelSubject(model: string): string {
  return `Model "${model}"`;
}

/**
 * The command that builds a model's image, pushes it, and writes the registry's digest into its
 * release manifest.
 */
export function publishCommand(model: string): string {
  return `npx causeway release publish ${model} --repository <repository URL from the stack outputs>`;
}

/** A release that no registry holds: its digest names an image that nobody can pull. */
export function unpublishedRelease(
  model: string,
  { published, version }: { readonly published: boolean; readonly version: string },
): Refusal | undefined {
  return published
    ? undefined
    : {
        message: `${modelSubject(model)} must be published before its release ${version} can serve`,
        remedy: publishCommand(model),
      };
}

/** What is wrong with a signature that is not of a trusted key; by what verification found. */
const signatureGaps: Readonly<Record<string, string>> = {
  untrusted: ", got a signature by another key or over other bytes",
  unchecked: " before it is served, got a signature, but the stack trusts no key",
};

/**
 * A release that no trusted key signed: its servers would refuse to start. `signature` is what
 * verification found, absent where there was none.
 */
export function unsignedRelease(model: string, signature: string | undefined): Refusal | undefined {
  return signature === "trusted"
    ? undefined
    : {
        message: `${modelSubject(model)} must be signed by a key of causeway:trustedKeys${signatureGaps[signature ?? ""] ?? " before it is served, got no signature"}`,
        remedy: `npx causeway release attest ${model} --key <key>`,
      };
}

/** Files, digests and statements that are not the attested ones; `problems` are verification's. */
export function alteredRelease(model: string, problems: readonly string[]): Refusal[] {
  return problems.map((problem) => ({
    message: `${modelSubject(model)} must be the release that was attested: ${problem}`,
    remedy: `restore the release folder, or package it again; npx causeway release verify ${model} lists every digest`,
  }));
}

/** A model whose risk tier asks for an external bias audit that is not there or no longer counts. */
export function unauditedModel(
  model: string,
  riskTier: unknown,
  audit: JudgedAudit | undefined,
): Refusal | undefined {
  const gap = biasAuditGap(riskTier, audit);
  return gap === undefined
    ? undefined
    : {
        message: `${modelSubject(model)} must have ${gap}`,
        remedy: `record it in services/models/${model}/bias-audit.json (docs/governance.md)`,
      };
}

/** What of a verdict decides over an update. */
export type JudgedVerdict = Pick<
  Verdict,
  "version" | "digest" | "region" | "outcome" | "message" | "finishedAt"
>;

/**
 * A release that was rolled back in any region, unless somebody decided to try it again. `image` is
 * its digest, or a reference that ends with it.
 */
export function failedRelease(
  model: string,
  image: string,
  verdicts: readonly JudgedVerdict[],
  retry?: Pick<Retry, "digest" | "at">,
): Refusal | undefined {
  const digest = image.slice(image.indexOf("@") + 1);
  const verdict = forbiddingVerdict(digest, verdicts, retry);
  if (verdict === undefined) return undefined;
  const { version, outcome, region, finishedAt, message } = verdict;
  return {
    message: `${modelSubject(model)} must not be released again as ${version} (${digest}): it was ${outcome} in ${region} at ${finishedAt}${message === "" ? "" : `, ${message}`}`,
    remedy: `serve another release, or decide to try this one again: npx causeway delivery override ${model} --reason "..."`,
  };
}

/** What of a model's releases decides whether a promotion overtook the repository. */
export interface Standing {
  /** The release of the repository. */
  readonly release: Pick<Release, "createdAt" | "version">;
  /** Digest of the image that the update would serve. */
  readonly declaredDigest: string | undefined;
  /** Whether the stack file names that image; whoever names one means it. */
  readonly imageNamed: boolean;
  readonly verdicts: readonly JudgedVerdict[];
}

/**
 * A release of the repository that a promotion overtook: another image took all requests after it
 * was made, as a retraining does, and an update would take that away without a word.
 */
export function overtakenRelease(
  model: string,
  { release, declaredDigest, imageNamed, verdicts }: Standing,
): Refusal | undefined {
  if (imageNamed) return undefined;
  const [promotion] = verdicts.filter(({ outcome }) => outcome === "promoted").sort(newest);
  if (
    promotion === undefined ||
    promotion.digest === declaredDigest ||
    Date.parse(promotion.finishedAt) <= Date.parse(release.createdAt)
  )
    return undefined;
  const { version, digest, region, finishedAt } = promotion;
  return {
    message: `${modelSubject(model)} must not go back to ${release.version} of the repository, got ${version} (${digest}) promoted in ${region} at ${finishedAt}, after that was made`,
    remedy: `take the promoted release into services/models/${model}/release, or name an image in the stack file to go back on purpose`,
  };
}

/** An image of the retraining that the stack file does not name: nobody could pull it. */
export function unpublishedImage(name: RunImage, published: boolean): Refusal | undefined {
  return published
    ? undefined
    : {
        message: `Image "${name}" must be published before an update of prod, got the digest of its build inputs`,
        remedy: `npx causeway release publish-image ${name} --repository <URL>, and set causeway:images.${name} to repository@sha256:...`,
      };
}
