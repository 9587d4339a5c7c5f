import { join } from "node:path";
import { parseConfig } from "../infra/stack/load";
import type { StackConfig } from "../infra/stack/schema";
import { readStackFile } from "./plan/stack-file";
import { repository } from "./project";

/**
 * Configuration of a stack by its file in the repository. Throws InputError with all its problems.
 */
export function stackConfig(stack: string): StackConfig {
  const file = join(repository, `Pulumi.${stack}.yaml`);
  return parseConfig(readStackFile(file), stack, file);
}
