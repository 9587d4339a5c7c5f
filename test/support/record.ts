import { record as recordStack } from "../../cli/plan/record";
import type { RecordedResource } from "../../cli/plan/resource";

export type { RecordedResource } from "../../cli/plan/resource";

interface RecordOptions {
  readonly stack?: string;
  /** Full configuration keys to their texts. */
  readonly config?: Readonly<Record<string, string>>;
}

/**
 * Runs `program` without a cloud and returns what it registered, in order, without the stack's own
 * resource. Rejects with the program's first error, with a call that needs a cloud, and with a
 * value that the plan cannot fill.
 */
export async function record(
  program: () => unknown,
  { stack = "test", config = {} }: RecordOptions = {},
): Promise<RecordedResource[]> {
  const recording = await recordStack(program, {
    project: "causeway",
    stack,
    config,
    secretKeys: [],
  });
  if (recording.gaps.length > 0) throw new Error(recording.gaps.join("\n"));
  return [...recording.resources];
}

/**
 * The one resource of a type, or of a type and a name; anything else than exactly one is an error
 * that lists what there is.
 */
export function only(
  resources: readonly RecordedResource[],
  type: string,
  name?: string,
): RecordedResource {
  const found = resources.filter(
    (resource) => resource.type === type && (name === undefined || resource.name === name),
  );
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw new Error(
      `expected one ${type}${name === undefined ? "" : ` named ${name}`}, found ${found.length} in:\n${resources.map((r) => `  ${r.type} ${r.name}`).join("\n")}`,
    );
  }
  return first;
}
