import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { modelsOf } from "../../services/contract/files";
import { loadContract } from "../../services/contract/load";
import { loadRelease } from "../../services/evidence/load";
import { InputError } from "../../services/contract/problems";
import { ensureEnvironment } from "../../services/training/environment";
import { jsonHelp, ledgerHelp, type CommandLine } from "../command";
import { VerbError } from "../exit-codes";
import { modelIn, projectHelp, repository } from "../project";
import { ledgerAt } from "../ledger";
import { factsOf, recordFacts } from "../../services/delivery/record-run";
import { actorAt } from "./record";

/** What is renewed, and how the steps are run. */
export interface Renewal {
  readonly models: string;
  readonly model: string;
  readonly ledger: string;
  readonly actor: string;
  /** @default now */
  readonly createdAt?: string | undefined;
  /** File with the ring of keys behind pseudonyms. */
  readonly subjectKey?: string | undefined;
  /** Runs the training steps with these arguments; throws where they fail. */
  steps(args: readonly string[]): void;
}

/**
 * Makes the release again and records it. One without the other is what this command is for: a
 * ledger whose last release is not the one that lies there. Returns the actions that were recorded.
 * @throws InputError where the release is published: its image names it, so the next one is another
 *   version
 */
export async function renew({
  models,
  model,
  ledger,
  actor,
  createdAt,
  subjectKey,
  steps,
}: Renewal): Promise<readonly string[]> {
  loadContract(models, model);
  const folder = join(models, model, "release");
  const before = existsSync(folder) ? loadRelease(models, model) : undefined;
  if (before?.published)
    throw new InputError(model, [
      {
        key: "published",
        got: true,
        allowed: "a release that is not published: make another version",
      },
    ]);
  const { chain, record } = await ledgerAt(ledger);
  // A ledger that does not hold is known before anything is replaced.
  await chain();
  const run = mkdtempSync(join(tmpdir(), "causeway-renew-"));
  try {
    steps([
      "all",
      "--contract",
      join(models, model, "model.yaml"),
      "--run",
      run,
      "--version",
      before?.version ?? "1.0.0",
      "--to",
      folder,
      ...(createdAt === undefined ? [] : ["--created-at", createdAt]),
      ...(subjectKey === undefined ? [] : ["--subject-key", subjectKey]),
    ]);
    const release = loadRelease(models, model);
    return await recordFacts({ chain, record }, await factsOf(run), {
      run: `${release.version}-${release.createdAt}`,
      actor,
    });
  } finally {
    rmSync(run, { recursive: true, force: true });
  }
}

export const verb: CommandLine = {
  details:
    "Trains the first release of a new model, or again, in the version that it has, after a change of the server, of the steps or of the contract, whose digests a release carries. Puts the release into services/models/<model>/release, and the run that made it on record. Needs Python 3.10 to 3.13.",
  examples: [
    "loan-approval",
    "loan-approval --created-at 2026-11-24T12:00:00Z --actor maintainers",
  ],
  define: (command, terminal) =>
    command
      .argument("<model>", "a model that has a services/models/<model>/model.yaml")
      .option("--created-at <time>", "UTC time for the manifest (default: now)")
      .option("--actor <who>", "who does it, for the ledger (default: the account on this machine)")
      .option("--ledger <ledger>", `${ledgerHelp} (default: services/models/ledger.jsonl)`)
      .option("--project <folder>", projectHelp, repository)
      .option("--subject-key <file>", "the ring of keys, where the contract names a subject column")
      .option("--json", jsonHelp)
      .action(async (name, { createdAt, actor, project, subjectKey, json = false, ...given }) => {
        const models = modelsOf(project);
        const model = modelIn(models, name);
        const ledger = given.ledger ?? join(models, "ledger.jsonl");
        const { python, variables } = await ensureEnvironment({ report: terminal.print });
        const steps = (args: readonly string[]) => {
          const { status } = spawnSync(python, ["-m", "causeway_training", ...args], {
            env: { ...process.env, ...variables },
            // The steps have said why themselves.
            stdio: ["inherit", json ? 2 : "inherit", "inherit"],
          });
          if (status !== 0)
            throw new VerbError(
              `the training steps ended with ${status}; nothing was replaced`,
              status === 2 || status === 3 ? status : 1,
            );
        };
        const recorded = await renew({
          models,
          model,
          ledger,
          actor: actor ?? actorAt(ledger),
          createdAt,
          subjectKey,
          steps,
        });
        terminal.result({ model, recorded }, [
          `recorded ${recorded.join(", ")}; commit ${relative(process.cwd(), join(models, model, "release"))} and the ledger`,
        ]);
      }),
};
