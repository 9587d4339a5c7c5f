import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../services/contract/problems";
import { readState, resourcesOf, stateDifferences, stateProblems } from "./state";

/**
 * Runs `pulumi <arguments>` against one backend, and throws with what it printed where it fails.
 */
export type Cli = (args: readonly string[]) => Promise<void>;

/** A restore as it went. */
export interface Restored {
  readonly resources: number;
  /** What a restored state lacks or has too much; empty after a good drill. */
  readonly differences: readonly string[];
}

/**
 * Exports the state of a stack, brings it into another backend that has none, exports it again
 * there, and compares. Nothing is written to the first backend. The two exports stay in `folder`.
 * @throws InputError where the exported state itself cannot be relied on.
 */
export async function restoreDrill(drill: {
  readonly from: Cli;
  readonly to: Cli;
  readonly stack: string;
  readonly folder: string;
}): Promise<Restored> {
  const { from, to, stack, folder } = drill;
  const [before, after] = [join(folder, "state.json"), join(folder, "restored.json")];
  await from(["stack", "export", "--stack", stack, "--file", before]);
  const state = readState(await readFile(before, "utf8"), before);
  const problems = stateProblems(state);
  if (problems.length > 0)
    throw new InputError(
      before,
      problems.map((got) => ({ key: "state", got, allowed: "a state that is complete" })),
    );
  await to(["stack", "init", stack, ...secretsOf(state)]);
  await to(["stack", "import", "--stack", stack, "--file", before]);
  await to(["stack", "export", "--stack", stack, "--file", after]);
  const restored = readState(await readFile(after, "utf8"), after);
  return { resources: resourcesOf(state).length, differences: stateDifferences(state, restored) };
}

/**
 * Secrets stay with the key that they are encrypted with: that of a cloud must be named, a
 * passphrase is asked for anyway.
 */
function secretsOf({ deployment }: ReturnType<typeof readState>): string[] {
  const { type, state } = deployment.secrets_providers ?? { type: "passphrase", state: undefined };
  return type === "cloud" && state?.url !== undefined ? ["--secrets-provider", state.url] : [];
}
