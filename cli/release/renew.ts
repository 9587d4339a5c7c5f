import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { modelsFolder } from "../../infra/stack/models";
import { loadContract, modelNames } from "../../services/contract/load";
import { loadRelease } from "../../services/evidence/load";
import { InputError } from "../../services/contract/problems";
import { ensureEnvironment } from "../../services/training/environment";
import { commandLine, runCommand, unusable } from "../command-line";
import { openLedger } from "../../services/delivery/ledger-location";
import { factsOf, recordFacts } from "../../services/delivery/run-facts";
import { actorAt } from "./record";

const usage = `usage: npm run release:renew -- <model> [--created-at 2026-11-24T12:00:00Z] [--actor <who>] [--ledger <where>] [--subject-key <ring>]

Trains a model of the repository: the first release of a new one, or again, in the version that it has, after a change of the server, of
the steps or of the contract, whose digests a release carries. Puts the release into services/models/<model>/release, and the run that
made it on record. Needs Python 3.10 to 3.13.

  --created-at   UTC time for the manifest                     (default: now)
  --actor        who does it, for the ledger                   (default: the account on this machine)
  --ledger       a file *.jsonl, a folder, or s3://...         (default: services/models/ledger.jsonl)
  --subject-key  file with the ring of keys, where the contract names a subject column

Exit codes: 0 done, 1 failed, 2 an input that cannot be used, 3 a gate that did not hold.`;

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
  const { chain, record } = await openLedger(ledger);
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

/** The training steps ended with a code of their own; they have said why. */
class StepsFailed extends Error {
  constructor(readonly code: number) {
    super(`the training steps ended with ${code}; nothing was replaced`);
  }
}

async function main(argv: readonly string[]): Promise<void> {
  const text = { type: "string" } as const;
  const { values, positionals } = commandLine(argv, {
    usage,
    operands: 1,
    options: { "created-at": text, actor: text, ledger: text, "subject-key": text },
  });
  const [model] = positionals;
  const known = modelNames(modelsFolder);
  if (model === undefined || !known.includes(model))
    throw unusable(
      `model: got ${model ?? "nothing"}, allowed: ${known.join(", ")} (a model has a services/models/<model>/model.yaml)`,
      usage,
    );
  const { python, variables } = await ensureEnvironment({ report: (line) => console.log(line) });
  const steps = (args: readonly string[]) => {
    const { status } = spawnSync(python, ["-m", "causeway_training", ...args], {
      env: { ...process.env, ...variables },
      stdio: "inherit",
    });
    if (status !== 0) throw new StepsFailed(status ?? 1);
  };
  const ledger = values.ledger ?? join(modelsFolder, "ledger.jsonl");
  const added = await renew({
    models: modelsFolder,
    model,
    ledger,
    actor: values.actor ?? actorAt(ledger),
    createdAt: values["created-at"],
    subjectKey: values["subject-key"],
    steps,
  });
  console.log(
    `recorded ${added.join(", ")}; commit services/models/${model}/release/ and the ledger`,
  );
}

if (require.main === module) {
  void runCommand(main, (error) =>
    error instanceof StepsFailed ? error.code : error instanceof InputError ? 2 : 1,
  );
}
