import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Contract } from "../../services/contract/contract";
import { imageDigest } from "../../services/contract/digests";
import { modelNames } from "../../services/contract/files";
import { loadContract } from "../../services/contract/load";
import { loadRelease, loadVerdicts } from "../../services/evidence/load";
import { InputError } from "../../services/contract/problems";
import type { Release } from "../../services/evidence/release";
import { attestationFile } from "../../services/evidence/inspection";
import type { StackConfig } from "./schema";
import { governanceRecord, type GovernanceRecord } from "../../services/evidence/governance";
import { verificationOf, type Verification } from "../../services/evidence/verification";
import type { DeliveryState } from "../serving/delivery";

/**
 * A model of the stack: what the stack file says, its contract, and the evidence of the release to
 * serve.
 */
export interface Model extends DeliveryState {
  readonly contract: Contract;
  readonly release: Release;
  readonly verification: Verification;
  readonly trustedKeys: readonly string[];
  /** Text of the attestation, once the release is published: its approvals are in it. */
  readonly attestation: string | undefined;
  readonly governance: GovernanceRecord;
  readonly replicas: { readonly min: number; readonly max: number };
  /** Image that the stack file names, if it does. */
  readonly image: string | undefined;
}

/**
 * Reads contract and release of each model of the stack, and verifies the release as it is at `now`
 * (milliseconds since 1970). Throws InputError with every problem of the first file that cannot be
 * read; what verification finds is for the policies to judge.
 */
export function loadModels(config: StackConfig, folder: string, now: number = Date.now()): Model[] {
  const { trustedKeys, approverKeys } = config;
  refuseMissing(
    config.models.map(({ name }) => name),
    folder,
  );
  const models = config.models.map(({ name, image, replicas, retry, killSwitch }) => {
    const contract = loadContract(folder, name);
    const release = loadRelease(folder, name);
    const declaredDigest = imageDigest(image ?? "") ?? release.image.digest;
    const verification = verificationOf(join(folder, name, "release"), release, {
      trustedKeys,
      approverKeys,
      maximumAge: contract.release.maximumAge,
      now,
    });
    return {
      contract,
      release,
      verification,
      governance: governanceRecord(folder, contract, now),
      attestation: publishedAttestation(folder, release),
      trustedKeys,
      replicas: replicas ?? contract.serving.replicas,
      image,
      imageNamed: image !== undefined,
      verdicts: loadVerdicts(folder, name),
      retry,
      killSwitch,
      declaredDigest,
    };
  });
  refuseFallbacks(models, folder);
  return models;
}

/**
 * A model that the stack names has a contract, and one that is to be served a release: whoever adds
 * one is told the next step.
 */
function refuseMissing(names: readonly string[], folder: string): void {
  const known = modelNames(folder);
  const problems = names.flatMap((name) => {
    if (!known.includes(name))
      return [
        {
          key: `${name}/model.yaml`,
          got: undefined,
          allowed: `the contract of a model that the stack names under causeway:models; there are ${known.join(", ") || "none"}`,
        },
      ];
    if (existsSync(join(folder, name, "release", "manifest.json"))) return [];
    return [
      {
        key: `${name}/release/manifest.json`,
        got: undefined,
        allowed: `a release: npx causeway release renew ${name} trains the first one`,
      },
    ];
  });
  if (problems.length > 0) throw new InputError(folder, problems);
}

function publishedAttestation(folder: string, { model, published }: Release): string | undefined {
  const file = join(folder, model, "release", attestationFile);
  return published && existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** A fallback must be there and take the very requests that it gets in the model's place. */
function refuseFallbacks(models: readonly Model[], folder: string): void {
  for (const { contract } of models) {
    const { fallback } = contract.serving;
    if (fallback === undefined || !("model" in fallback)) continue;
    const others = models
      .filter(
        (model) =>
          model.contract.name !== contract.name &&
          signature(model.contract) === signature(contract),
      )
      .map((model) => model.contract.name);
    if (others.includes(fallback.model)) continue;
    throw new InputError(join(folder, contract.name, "model.yaml"), [
      {
        key: "serving.fallback.model",
        got: fallback.model,
        allowed: `another model of the stack with the same features: ${others.join(", ") || "there is none"}`,
      },
    ]);
  }
}

function signature({ features }: Contract): string {
  return JSON.stringify(features.map(({ name, type, optional }) => [name, type, optional]).sort());
}
