import * as pulumi from "@pulumi/pulumi";
import { runImages } from "../../services/evidence/images";
import {
  alteredRelease,
  describeRefusal,
  failedRelease,
  overtakenRelease,
  unauditedModel,
  unpublishedImage,
  unpublishedRelease,
  unsignedRelease,
  type Refusal,
} from "../../services/evidence/refusals";
import type { Model } from "./models";
import type { StackConfig } from "./schema";

type Update = Pick<StackConfig, "environment" | "images" | "stage">;
type Refused = readonly Refusal[] | Refusal | undefined;

interface RefusalEntry {
  /** The policy that says the same of a preview. */
  readonly rule: string;
  /** Whether other environments than prod are refused too. */
  readonly everywhere?: true;
  /** What refuses the update of one model. */
  readonly model?: (model: Model) => Refused;
  /** What refuses the update of the whole stack. */
  readonly stack?: (update: Update) => Refused;
}

/** Everything that refuses an update, in the order in which it is told. */
export const refusals: readonly RefusalEntry[] = [
  {
    rule: "governance-model-published",
    model: ({ contract, release }) => unpublishedRelease(contract.name, release),
  },
  {
    rule: "governance-model-signature",
    model: ({ contract, verification }) => unsignedRelease(contract.name, verification.signature),
  },
  {
    rule: "governance-model-attestation",
    model: ({ contract, verification }) => alteredRelease(contract.name, verification.problems),
  },
  {
    rule: "governance-model-bias-audit",
    model: ({ contract, governance }) =>
      unauditedModel(contract.name, contract.riskTier, governance.biasAudit),
  },
  {
    rule: "governance-model-verdict",
    everywhere: true,
    model: (model) => failedImage(model, model.declaredDigest ?? ""),
  },
  {
    rule: "governance-model-overtaken",
    everywhere: true,
    model: ({ contract, release, declaredDigest, image, verdicts = [] }) =>
      overtakenRelease(contract.name, {
        release,
        declaredDigest,
        imageNamed: image !== undefined,
        verdicts,
      }),
  },
  {
    rule: "governance-image-published",
    stack: ({ images }) =>
      runImages.flatMap((name) => unpublishedImage(name, images?.[name] !== undefined) ?? []),
  },
];

/**
 * Refuses an update for every reason that the table finds. Throws RunError with all of them. Not
 * for a preview: the policies say it there. Before the stage `models` nothing is served, and the
 * registries that a release is published to may not be there yet.
 */
export function refuseUpdate(update: Update, models: readonly Model[]): void {
  if (update.stage !== "models") return;
  const reasons = refusals.flatMap(({ rule, everywhere, model, stack }) => {
    if (everywhere === undefined && update.environment !== "prod") return [];
    const found = [...models.map((each) => model?.(each)), stack?.(update)];
    return found.flat().flatMap((refusal) => (refusal === undefined ? [] : [{ rule, refusal }]));
  });
  if (reasons.length === 0) return;
  throw new pulumi.RunError(
    `the update of ${update.environment} is refused for ${reasons.length} reason${reasons.length === 1 ? "" : "s"}:\n${reasons.map(({ rule, refusal }) => `  - ${describeRefusal(refusal)} (${rule})`).join("\n")}`,
  );
}

/** An image that is known only once it is built, held to the same rule as one that is written down. */
export function unlessFailed(
  model: Model,
  image: pulumi.Input<string>,
  isPreview: boolean,
): pulumi.Input<string> {
  return isPreview || typeof image === "string"
    ? image
    : pulumi.output(image).apply((known) => acceptedImage(model, known));
}

/** The image, unless it failed. Throws RunError with the verdict. */
export function acceptedImage(model: Model, image: string): string {
  const refusal = failedImage(model, image);
  if (refusal !== undefined) throw new pulumi.RunError(describeRefusal(refusal));
  return image;
}

function failedImage(
  { contract, verdicts = [], retry }: Model,
  image: string,
): Refusal | undefined {
  return failedRelease(contract.name, image, verdicts, retry);
}
