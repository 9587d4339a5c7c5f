import { randomBytes } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Contract } from "../../services/contract/contract";
import { parseOrThrow } from "../../services/contract/problems";
import { releaseSchema } from "../../services/evidence/release";
import type { Environment } from "../../services/training/environment";
import { compileServer } from "../compile-server";
import { repository } from "../project";
import type { Progress } from "./progress";
import type { TrainedModel } from "./result";
import type { Recipe } from "./scenarios/scenario";
import { startServer, type ModelServer } from "./servers";
import { reportsOf, train, type Trained } from "./training";
import type { CountAnswer, Served } from "./trial";

/** Manifests carry a time; a fixed one, so that the same inputs give the same digests. */
const createdAt = "2026-01-01T00:00:00Z";

export interface WorkspaceOptions {
  /** Folder of the model: its contract, and how it is trained. */
  readonly modelFolder: string;
  /** Folder that everything but the report is kept in. */
  readonly work: string;
  readonly contract: Contract;
  readonly environment: Environment;
  readonly seed: number;
  readonly progress: Progress;
  /** Records what the servers and the router count, over time. @default nothing is recorded */
  readonly recorder?: Recorder | undefined;
}

/** Scrapes servers while they run. */
export interface Recorder {
  /** Starts to record a server; what it returns counts the answers that its callers got. */
  follow(server: ModelServer, version: string): CountAnswer;
}

export interface TrainingOptions {
  readonly champion?: TrainedModel | undefined;
  /** Which challenger of the champion it is. @default 1 */
  readonly attempt?: number | undefined;
  /** Rows instead of the contract's. */
  readonly source?: string;
  /** Folder under `challengers/` with another train.py. */
  readonly folder?: string;
}

/** Trains and serves with the very programs that the containers run. */
export class Workspace {
  readonly #served = new Map<string, Served[]>();

  constructor(readonly options: WorkspaceOptions) {
    for (const folder of ["logs", "runs", "releases"])
      mkdirSync(join(options.work, folder), { recursive: true });
    // Kept: other pseudonyms would be other rows, and nothing could be reused.
    if (!existsSync(this.#keyFile))
      writeFileSync(this.#keyFile, `k1 ${randomBytes(32).toString("hex")}\n`, { mode: 0o600 });
  }

  get #keyFile(): string {
    return join(this.options.work, "key");
  }

  get #program(): string {
    return join(this.options.work, "server");
  }

  get modelFolder(): string {
    return this.options.modelFolder;
  }

  /** Compiles the server as the image does. */
  compile(): void {
    compileServer(repository, this.#program);
  }

  runOf(name: string): string {
    return join(this.options.work, "runs", name);
  }

  #releaseOf(name: string): string {
    return join(this.options.work, "releases", name);
  }

  /** Runs all training steps; a refusal by a gate is a result, not an error. */
  async train(
    name: string,
    recipe: Recipe,
    { champion, attempt, source, folder }: TrainingOptions = {},
  ): Promise<TrainedModel> {
    const { environment, seed, progress } = this.options;
    const run = this.runOf(name);
    const trained = await train({
      environment,
      contractFile:
        folder === undefined ? join(this.modelFolder, "model.yaml") : this.#wrapped(folder),
      run,
      release: this.#releaseOf(name),
      seed,
      createdAt,
      arguments: [
        ...recipe.arguments,
        ...(attempt === undefined ? [] : [`--attempt=${attempt}`]),
        ...(this.options.contract.data.subjectColumn === undefined
          ? []
          : ["--subject-key", this.#keyFile]),
      ],
      variables: {
        REHEARSAL_TRAIN: join(this.modelFolder, "train.py"),
        REHEARSAL_ROWS: join(run, "prepare", "train.csv"),
      },
      onStep: ({ step, fresh, seconds, notes }) =>
        progress.line(
          `  ${step.padEnd(9)} ${fresh ? `${seconds.toFixed(1)} s` : "same inputs, reused"}${notes[0] === undefined ? "" : `: ${notes[0]}`}`,
        ),
      ...(champion === undefined ? {} : { champion: this.#releaseOf(champion.name) }),
      ...(source === undefined ? {} : { source }),
    });
    return this.#trainedModel(name, recipe, trained);
  }

  #trainedModel(name: string, recipe: Recipe, trained: Trained): TrainedModel {
    const fresh = trained.steps.filter((step) => step.fresh && step.step !== "release").length;
    const base = {
      name,
      text: recipe.text,
      seconds: trained.seconds,
      steps: { fresh, reused: trained.steps.length - fresh },
      ...reportsOf(this.runOf(name)),
    };
    if (trained.outcome === "refused")
      return {
        ...base,
        version: undefined,
        modelDigest: undefined,
        refused: { step: trained.step, gates: trained.gates },
      };
    const release = parseOrThrow(
      releaseSchema,
      JSON.parse(readFileSync(join(this.#releaseOf(name), "manifest.json"), "utf8")),
      `release of ${name}`,
    );
    return {
      ...base,
      version: release.version,
      modelDigest: release.digests.model,
      refused: undefined,
    };
  }

  /** The contract as it is, with the documents that it names, beside another train.py. */
  #wrapped(folder: string): string {
    const target = join(this.options.work, "challengers", folder);
    mkdirSync(target, { recursive: true });
    for (const file of readdirSync(this.modelFolder, { withFileTypes: true }))
      if (file.isFile()) copyFileSync(join(this.modelFolder, file.name), join(target, file.name));
    copyFileSync(join(__dirname, "challengers", folder, "train.py"), join(target, "train.py"));
    return join(target, "model.yaml");
  }

  /** Starts a server of a release. Throws RangeError for a model that was refused. */
  async serve(model: TrainedModel): Promise<Served> {
    if (model.version === undefined)
      throw new RangeError(`${model.name} was refused and cannot be served`);
    const already = this.#served.get(model.name) ?? [];
    const server = await startServer({
      program: join(this.#program, "server.js"),
      contractFile: join(this.modelFolder, "model.yaml"),
      releaseFolder: this.#releaseOf(model.name),
      keyFile: this.#keyFile,
      logFile: join(this.options.work, "logs", `${model.name}-${already.length + 1}.log`),
    });
    const count = this.options.recorder?.follow(server, model.version);
    const served = { server, version: model.version, ...(count && { count }) };
    this.#served.set(model.name, [...already, served]);
    return served;
  }

  /** Ends every server. */
  async close(): Promise<void> {
    await Promise.all([...this.#served.values()].flat().map(({ server }) => server.stop()));
  }
}
