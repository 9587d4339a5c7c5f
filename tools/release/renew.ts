import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { modelsFolder } from "../../infra/models";
import { loadContract, loadRelease } from "../../services/contract/load";
import { InputError } from "../../services/contract/problems";
import { ensureEnvironment } from "../../services/training/environment";
import { openLedger } from "../delivery/ledger-location";
import { factsOf, recordFacts } from "../delivery/run-facts";
import { actorAt } from "./record";

const usage = `usage: npm run release:renew -- <model> [--created-at 2026-11-24T12:00:00Z] [--actor <who>] [--ledger <where>]

Trains the model of the repository again, in the version that it has, puts the release into services/models/<model>/release, and the run
that made it on record: after a change of the server, of the steps or of the contract, whose digests a release carries.
The ledger is services/models/ledger.jsonl unless another is named.`;

/** What is renewed, and how the steps are run. */
export interface Renewal {
  readonly models: string;
  readonly model: string;
  readonly ledger: string;
  readonly actor: string;
  /** @default now */
  readonly createdAt?: string | undefined;
  /** Runs the training steps with these arguments; throws where they fail. */
  steps(args: readonly string[]): void;
}

/**
 * Makes the release again and records it. One without the other is what this command is for: a ledger whose last release is not the one
 * that lies there. Returns the actions that were recorded.
 * @throws InputError where the release is published: its image names it, so the next one is another version
 */
export async function renew({ models, model, ledger, actor, createdAt, steps }: Renewal): Promise<readonly string[]> {
  loadContract(models, model);
  const folder = join(models, model, "release");
  const before = existsSync(folder) ? loadRelease(models, model) : undefined;
  if (before?.published) throw new InputError(model, [{ key: "published", got: true, allowed: "a release that is not published: make another version" }]);
  const { chain, record } = await openLedger(ledger);
  // A ledger that does not hold is known before anything is replaced.
  await chain();
  const run = mkdtempSync(join(tmpdir(), "causeway-renew-"));
  try {
    steps(["all", "--contract", join(models, model, "model.yaml"), "--run", run, "--version", before?.version ?? "1.0.0", "--to", folder, ...(createdAt === undefined ? [] : ["--created-at", createdAt])]);
    const release = loadRelease(models, model);
    return await recordFacts({ chain, record }, await factsOf(run), { run: `${release.version}-${release.createdAt}`, actor });
  } finally {
    rmSync(run, { recursive: true, force: true });
  }
}

async function main(argv: readonly string[]): Promise<void> {
  const text = { type: "string" } as const;
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: { "created-at": text, actor: text, ledger: text } });
  const [model] = positionals;
  if (model === undefined) throw new InputError("command line", [{ key: "model", got: undefined, allowed: usage }]);
  const { python, variables } = await ensureEnvironment({ report: (line) => console.log(line) });
  const steps = (args: readonly string[]) => {
    const { status } = spawnSync(python, ["-m", "causeway_training", ...args], { env: { ...process.env, ...variables }, stdio: "inherit" });
    if (status !== 0) throw new Error(`the training steps ended with ${status}`);
  };
  const ledger = values.ledger ?? join(modelsFolder, "ledger.jsonl");
  const added = await renew({ models: modelsFolder, model, ledger, actor: values.actor ?? actorAt(ledger), createdAt: values["created-at"], steps });
  console.log(`recorded ${added.join(", ")}; commit services/models/${model}/release/ and the ledger`);
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = error instanceof InputError ? 2 : 1;
  });
}
