import * as pulumi from "@pulumi/pulumi";
import { imageDigest } from "../../services/contract/digests";
import { durationText } from "../../services/contract/units";
import { dutiesByTier } from "../../services/contract/tiers";
import { documentAnnotations, servingNames } from "../../services/evidence/rollout";
import { maximumDocumentBytes } from "./documents";
import { type ServingSettings } from "./definition";
import { maximumName } from "../kubernetes/model-objects";

/**
 * Everything that is wrong with a model service's arguments, each with the value got and what is
 * allowed.
 */
export function modelServiceProblems(
  args: ServingSettings & { readonly image: pulumi.Input<string> },
): string[] {
  return [
    ...replicaProblems(args),
    ...nameProblems(args.contract.name),
    ...imageProblems(args),
    ...governanceProblems(args),
    ...experimentProblems(args.contract),
  ];
}

function experimentProblems({ release, slos }: ServingSettings["contract"]): string[] {
  const { outcomeWindow: window } = release;
  return window !== undefined && window > slos.labelDelay
    ? [
        `release.outcomeWindow (${durationText(window)}) must be at most slos.labelDelay (${durationText(slos.labelDelay)})`,
      ]
    : [];
}

function replicaProblems({ replicas: { min, max }, environment }: ServingSettings): string[] {
  return [
    ...(Number.isInteger(min) && min >= 1
      ? []
      : [`replicas.min (${min}) must be a whole number, 1 or more`]),
    ...(min > max ? [`replicas.min (${min}) must be at most replicas.max (${max})`] : []),
    ...(environment === "prod" && min < minimumProdReplicas
      ? [`replicas.min (${min}) must be ${minimumProdReplicas} or more in prod, one for each zone`]
      : []),
  ];
}

function nameProblems(model: string): string[] {
  return [...new Set(Object.values(servingNames(model)))]
    .filter((name) => name.length > maximumName)
    .map(
      (name) =>
        `the name ${name} (${name.length} characters) must be at most ${maximumName} characters: shorten the model's name`,
    );
}

function imageProblems({
  image,
  environment,
}: {
  image: pulumi.Input<string>;
  environment: ServingSettings["environment"];
}): string[] {
  // An output is checked when it is known, see checkedImage.
  return environment === "prod" && typeof image === "string" && imageDigest(image) === undefined
    ? [tagProblem(image)]
    : [];
}

/**
 * An image that is known only once it is built or looked up, held to the same rule as one that is
 * written down.
 */
export function checkedImage(image: string, environment: ServingSettings["environment"]): string {
  const [problem] = imageProblems({ image, environment });
  if (problem !== undefined) throw new pulumi.RunError(problem);
  return image;
}

function tagProblem(image: string): string {
  return `image (${image}) must be by digest in prod, such as name@sha256:<64 hexadecimal digits>: tags move`;
}

function governanceProblems({ contract, release }: ServingSettings): string[] {
  const { riskTier } = contract;
  const duties = dutiesByTier[riskTier];
  const size = Object.values(documentAnnotations(contract, release)).reduce(
    (sum, text) => sum + Buffer.byteLength(text),
    0,
  );
  return [
    ...(release.model === contract.name
      ? []
      : [`release.model (${release.model}) must be the contract's name (${contract.name})`]),
    ...(!duties.allowed
      ? [
          `contract.riskTier (${riskTier}) must be minimal, limited or high: a prohibited practice (EU AI Act Art. 5) is not deployed`,
        ]
      : []),
    ...(duties.humanGate && contract.release.channel !== "approval"
      ? [
          `contract.release.channel (${contract.release.channel}) must be approval, because the risk tier is ${riskTier}`,
        ]
      : []),
    ...(size > maximumDocumentBytes
      ? [
          `contract and release manifest (${size} bytes) must be at most ${maximumDocumentBytes} bytes together, what a pod can carry`,
        ]
      : []),
  ];
}

/** In prod each of the three zones holds a replica. */
export const minimumProdReplicas = 3;
