import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { InputError } from "../../services/contract/problems";
import { jsonHelp, type CommandLine } from "../command";
import { UsageError } from "../exit-codes";
import type { Terminal } from "../terminal";
import { readState, resourcesOf, stateDifferences, stateProblems } from "./state";

const project = resolve(__dirname, "..", "..");

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

function cliOf(pulumi: string, cwd: string, variables: NodeJS.ProcessEnv): Cli {
  return async (args) => {
    await promisify(execFile)(pulumi, [...args, "--non-interactive", "--color=never"], {
      cwd,
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true", ...variables },
      maxBuffer: 1 << 28,
    });
  };
}

interface Given {
  readonly stack: string;
  readonly preview: boolean;
  readonly pulumi: string;
  readonly keep?: boolean | undefined;
}

/** Tries the restore in a folder of its own, which is removed unless it is kept. */
async function run({ stack, preview, pulumi, keep = false }: Given, terminal: Terminal) {
  if (!existsSync(join(project, `Pulumi.${stack}.yaml`)))
    throw new UsageError(`--stack: got ${stack}, allowed: a stack that has a Pulumi.<stack>.yaml`);
  const folder = mkdtempSync(join(tmpdir(), "causeway-restore-"));
  try {
    // The copies keep `stack init` from writing into the stack file of the repository.
    const [backend, copy] = [join(folder, "backend"), join(folder, "project")];
    mkdirSync(backend);
    mkdirSync(copy);
    for (const file of ["Pulumi.yaml", `Pulumi.${stack}.yaml`])
      cpSync(join(project, file), join(copy, file));
    const restored = { PULUMI_BACKEND_URL: `file://${backend}` };
    const started = Date.now();
    const found = await restoreDrill({
      from: cliOf(pulumi, project, {}),
      to: cliOf(pulumi, copy, restored),
      stack,
      folder,
    });
    const { resources, differences } = found;
    const seconds = (Date.now() - started) / 1_000;
    const previewed = preview && differences.length === 0;
    if (previewed) {
      const file = join(copy, `Pulumi.${stack}.yaml`);
      const args = ["--stack", stack, "--expect-no-changes", "--config-file", file];
      await cliOf(pulumi, project, restored)(["preview", ...args]);
    }
    terminal.result({ stack, seconds, ...found, previewed, ...(keep && { folder }) }, [
      `${resources} resources exported and imported in ${seconds.toFixed(1)} s`,
      ...differences.map((difference) => `  ${difference}`),
      ...(previewed ? ["a preview against the restored state shows no change"] : []),
      ...(keep ? [`kept: ${folder}`] : []),
    ]);
    terminal.exitCode = differences.length > 0 ? 1 : 0;
  } finally {
    if (!keep) rmSync(folder, { recursive: true, force: true });
  }
}

export const verb: CommandLine = {
  details:
    "Exports the state, imports it into a backend in a folder of its own, compares the two, and previews the program against the restored state, which must show no change. Nothing is written to the stack's own backend or resources.",
  examples: ["--stack prod", "--stack dev --no-preview --json"],
  define: (command, terminal) =>
    command
      .requiredOption("--stack <name>", "stack whose state is tried")
      .option(
        "--no-preview",
        "only export, import and compare; needs no access to the stack's clouds and clusters",
      )
      .option("--pulumi <file>", "the Pulumi CLI", "pulumi")
      .option("--keep", "keep the folder with the export and the restored backend")
      .option("--json", jsonHelp)
      .action((given) => run(given, terminal)),
};
