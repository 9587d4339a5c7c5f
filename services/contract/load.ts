import { join } from "node:path";
import { contractSchema, type Contract } from "./contract";
import { readInput } from "./files";
import { InputError, parseOrThrow } from "./problems";
import { parseYaml } from "./yaml";

/** Reads and validates `<modelsFolder>/<name>/model.yaml`. Throws InputError with every problem. */
export function loadContract(modelsFolder: string, name: string): Contract {
  const file = join(modelsFolder, name, "model.yaml");
  const contract = parseOrThrow(contractSchema, parseYaml(readInput(file), file), file);
  if (contract.name !== name)
    throw new InputError(file, [
      { key: "name", got: contract.name, allowed: `the name of its folder, ${name}` },
    ]);
  return contract;
}
