import { join } from "node:path";

/**
 * Project of the stacks and the model that tests read: values that assertions name. Whoever changes
 * the stack files at the root, or the models of `services/models`, changes no test.
 */
export const fixtureProject = join(__dirname, "..", "fixtures", "stacks");

/** Folder of its models. */
export const modelsFolder = join(fixtureProject, "services", "models");

/** Its model. */
export const modelFolder = join(modelsFolder, "loan-approval");
