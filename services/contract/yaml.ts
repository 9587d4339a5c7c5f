import { load, YAMLException } from "js-yaml";
import { InputError } from "./problems";

/**
 * Most aliases (`*name`) of a document. Aliases of aliases multiply: with 20 a document grows by
 * less than 3^7, without a limit nine lines fill the memory of whoever writes the value out again.
 */
export const maximumAliases = 20;

/**
 * The value of a YAML text. Throws InputError for text that is no YAML, has too many aliases or
 * holds itself.
 */
export function parseYaml(text: string, source: string): unknown {
  const value = loaded(text, source);
  if (holdsItself(value, new Set()))
    throw new InputError(source, [
      {
        key: "(whole input)",
        got: "an alias inside of its own anchor",
        allowed: "YAML that does not hold itself",
      },
    ]);
  return value;
}

function loaded(text: string, source: string): unknown {
  try {
    return load(text, { maxAliases: maximumAliases });
  } catch (error) {
    if (error instanceof YAMLException)
      throw new InputError(source, [
        { key: "(whole input)", got: error.message.split("\n")[0], allowed: "YAML" },
      ]);
    throw error;
  }
}

function holdsItself(value: unknown, above: Set<unknown>): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (above.has(value)) return true;
  above.add(value);
  const found = Object.values(value).some((item) => holdsItself(item, above));
  above.delete(value);
  return found;
}
