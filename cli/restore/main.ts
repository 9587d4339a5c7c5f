import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { commandLine, runCommand } from "../command-line";
import { restoreDrill, type Cli } from "./drill";

const project = resolve(__dirname, "..", "..");

const usage = `npm run restore:drill -- --stack NAME [options]

Proves that the state of a stack can be restored: exports it, imports it into a backend in a folder of its own, compares the two, and
previews the program against the restored state, which must show no change. Nothing is written to the stack's own backend or resources.

  --stack NAME     stack whose state is tried
  --no-preview     only export, import and compare; needs no access to the stack's clouds and clusters
  --pulumi FILE    the Pulumi CLI                                  (default: pulumi)
  --keep           keep the folder with the export and the restored backend

Exit codes: 0 it was restored, 1 something differs, 2 it could not be tried.`;

function cliOf(pulumi: string, cwd: string, variables: NodeJS.ProcessEnv): Cli {
  return async (args) => {
    const options = {
      cwd,
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true", ...variables },
      maxBuffer: 256 * 1_024 * 1_024,
    };
    const all = [...args, "--non-interactive", "--color=never"];
    await promisify(execFile)(pulumi, all, options).catch(
      (error: Error & { stdout?: string; stderr?: string; code?: number | string }) => {
        const output = `${error.stdout ?? ""}${error.stderr ?? ""}` || error.message;
        throw new Error(`pulumi ${args.join(" ")} exited with ${error.code}\n${output}`);
      },
    );
  };
}

async function main(args: readonly string[]): Promise<number> {
  const { values } = commandLine(args, {
    usage,
    negative: true,
    options: {
      stack: { type: "string" },
      preview: { type: "boolean", default: true },
      pulumi: { type: "string", default: "pulumi" },
      keep: { type: "boolean", default: false },
    },
  });
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const { stack } = values;
  if (stack === undefined || !existsSync(join(project, `Pulumi.${stack}.yaml`)))
    throw new RangeError(
      `--stack: got ${stack ?? "nothing"}, allowed: a stack that has a Pulumi.<stack>.yaml\n\n${usage}`,
    );
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
    const { resources, differences } = await restoreDrill({
      from: cliOf(values.pulumi, project, {}),
      to: cliOf(values.pulumi, copy, restored),
      stack,
      folder,
    });
    say(
      `${resources} resources exported and imported in ${((Date.now() - started) / 1_000).toFixed(1)} s`,
    );
    for (const difference of differences) say(`  ${difference}`);
    if (differences.length > 0) return 1;
    if (values.preview) {
      await cliOf(
        values.pulumi,
        project,
        restored,
      )([
        "preview",
        "--stack",
        stack,
        "--expect-no-changes",
        "--config-file",
        join(copy, `Pulumi.${stack}.yaml`),
      ]);
      say("a preview against the restored state shows no change");
    }
    if (values.keep) say(`kept: ${folder}`);
    return 0;
  } finally {
    if (!values.keep) rmSync(folder, { recursive: true, force: true });
  }
}

void runCommand(main, () => 2);
