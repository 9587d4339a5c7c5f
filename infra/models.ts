import * as pulumi from "@pulumi/pulumi";
import { join } from "node:path";
import type { Contract } from "../services/contract/contract";
import { loadContract, loadRelease } from "../services/contract/load";
import type { Release } from "../services/contract/release";
import type { Environment, StackConfig } from "./config/schema";

/** Folder of the model contracts, beside the program. */
export const modelsFolder = join(__dirname, "..", "services", "models");

/** A model of the stack: what the stack file says, its contract, and the evidence of the release to serve. */
export interface Model {
  readonly contract: Contract;
  readonly release: Release;
  readonly replicas: { readonly min: number; readonly max: number };
  /** Image that the stack file names, if it does. */
  readonly image: string | undefined;
}

/** Reads contract and release of each model of the stack. Throws InputError with every problem of the first bad file. */
export function loadModels(config: StackConfig, folder: string = modelsFolder): Model[] {
  return config.models.map(({ name, image, replicas }) => {
    const contract = loadContract(folder, name);
    return { contract, release: loadRelease(folder, name), replicas: replicas ?? contract.serving.replicas, image };
  });
}

/**
 * Refuses an update of prod with a release that no registry holds: its digest would name an image that nobody can pull.
 * A preview goes through, and the policy `governance-model-published` says it there.
 */
export function refuseUnpublished(environment: Environment, models: readonly Model[], isPreview: boolean): void {
  if (environment !== "prod" || isPreview) return;
  const unpublished = models.filter((model) => !model.release.published).map((model) => model.contract.name);
  if (unpublished.length === 0) return;
  throw new pulumi.RunError(`not published: ${unpublished.join(", ")}. Publish first: ${unpublished.map((name) => publishCommand(name)).join("; ")}`);
}

/** The command that builds a model's image, pushes it, and writes the registry's digest into its release manifest. */
export function publishCommand(model: string): string {
  return `npm run publish:model -- ${model} --repository <repository URL from the stack outputs>`;
}
