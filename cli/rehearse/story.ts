import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { errorRatioLimit } from "../../infra/gates/requests";
import { paces } from "../../infra/gates/pace";
import { canaryWeights } from "../../infra/serving/steps";
import type { Contract } from "../../services/contract/contract";
import { latencyMilliseconds } from "../../services/contract/units";
import type { ChapterName } from "./chapters";
import { RehearsalLedger } from "./ledger";
import type {
  DriftWindow,
  Expectation,
  OneExplanation,
  Rehearsal,
  TrainedModel,
  Trial,
} from "./result";
import { applicationsOf, asSource, readTable, tableText, type Application } from "./rows";
import type { Fault } from "./router";
import type { Recipe, Scenario } from "./scenarios/scenario";
import { shifted } from "./scenarios/shift";
import type { Stage, TrainingOptions } from "./stage";
import { runTrial, type Served } from "./trial";
import { driftWindow } from "./window";

/** Requests between two looks, and most looks at one challenger. */
export interface Size {
  readonly requestsPerLook: number;
  readonly looks: number;
}

interface Live extends Served {
  readonly model: TrainedModel;
}

/** A model's whole life, chapter by chapter. What happens next follows from the verdicts. */
export class Story {
  readonly #models: TrainedModel[] = [];
  readonly #trials: Trial[] = [];
  readonly #windows: DriftWindow[] = [];
  readonly #explanations: OneExplanation[] = [];
  readonly #expectations: Expectation[] = [];
  #live: Live | undefined;
  readonly #ledger: RehearsalLedger;

  constructor(
    readonly stage: Stage,
    readonly scenario: Scenario,
    readonly size: Size,
  ) {
    this.#ledger = new RehearsalLedger(
      join(stage.options.work, "ledger.jsonl"),
      stage.options.contract.name,
    );
  }

  get #contract(): Contract {
    return this.stage.options.contract;
  }

  /** Tells the champion's chapter and then those that are named, in their order. */
  async tell(names: readonly ChapterName[]): Promise<void> {
    const tellers = {
      challenger: () => this.#challenger(),
      drift: () => this.#drift(),
      unfair: () => this.#unfair(),
      faults: () => this.#faults(),
    } satisfies Record<ChapterName, () => Promise<void>>;
    if (!(await this.#champion())) return;
    for (const name of names) await tellers[name]();
  }

  /** Everything that was found so far. */
  result(): Rehearsal {
    const { contract, seed, progress } = this.stage.options;
    const { drift, gates, slos } = contract;
    const looked = this.#trials.map((trial) => trial.looks[trial.looks.length - 1]);
    return {
      model: contract.name,
      purpose: contract.purpose,
      seed,
      channel: contract.release.channel,
      ...(this.scenario.shift && {
        shift: { title: this.scenario.shift.title, text: this.scenario.shift.text },
      }),
      limits: {
        errorRatio: errorRatioLimit(contract),
        latencyMilliseconds: latencyMilliseconds(slos.latencyP99),
        significance: gates.improvement.significance,
        driftSignificance: drift.significance,
        minimumRequests: paces.prod.minimumRequests,
      },
      models: this.#models,
      trials: this.#trials,
      windows: this.#windows,
      explanations: this.#explanations,
      chapters: progress.chapters,
      expectations: this.#expectations,
      requests:
        looked.reduce(
          (sum, look) => sum + (look ? look.champion.requests + look.challenger.requests : 0),
          0,
        ) + this.#windows.reduce((sum, window) => sum + window.rows, 0),
      seconds: progress.seconds,
    };
  }

  /** Whether there is a champion; without one there is nothing more to tell. */
  async #champion(): Promise<boolean> {
    const model = await this.#train(
      "champion",
      this.scenario.champion,
      {},
      "Train a champion, all steps",
    );
    if (model.refused) {
      this.#expect(
        "the champion passes every gate",
        false,
        `refused by ${model.refused.step}: ${model.refused.gates.map(({ gate }) => gate).join(", ")}`,
      );
      return false;
    }
    await this.stage.options.progress.chapter(
      "Serve the champion",
      "serve",
      () => this.#goLive(model),
      ({ version, server }) => ({
        outcome: `version ${version} listens after ${server.startMilliseconds} ms`,
        tone: "good",
        inUse: version,
      }),
    );
    await this.#explain();
    return true;
  }

  async #challenger(): Promise<void> {
    const { challenger } = this.scenario;
    if (challenger === undefined) return;
    const model = await this.#train(
      "challenger",
      challenger,
      { champion: this.#inUse.model },
      "Train a challenger against it",
    );
    const promoted =
      model.refused === undefined &&
      (await this.#canary(
        "first challenger",
        "Held-out traffic, 90 to 10",
        model,
        this.#heldOut(this.#inUse.model),
      ));
    this.#expect(
      "a better challenger is promoted",
      promoted,
      promoted ? "promoted" : "not promoted",
    );
  }

  async #drift(): Promise<void> {
    const { shift, retrained } = this.scenario;
    if (shift === undefined) return;
    const before = readTable(
      join(this.stage.runOf(this.#inUse.model.name), "prepare", "holdout.csv"),
    );
    const clean = await this.#window(
      "unchanged",
      "A window of unchanged applications",
      applicationsOf(before, this.#contract),
    );
    this.#expect(
      "an unchanged window raises no alarm",
      found(clean) === 0,
      `${found(clean)} features drifted`,
    );
    const changed = await this.#window(
      "changed",
      `${shift.title}: a window after the change`,
      applicationsOf(shifted(before, shift.moves, this.#contract), this.#contract),
    );
    this.#expect(
      "the change is found as drift",
      found(changed) > 0,
      `${found(changed)} features drifted`,
    );
    if (found(changed) === 0) return;
    const source = join(this.stage.options.work, "changed.csv");
    writeFileSync(
      source,
      tableText(
        shifted(
          asSource(
            readTable(join(this.stage.runOf("champion"), "collect", "data.csv")),
            this.#contract,
          ),
          shift.moves,
          this.#contract,
        ),
      ),
    );
    const model = await this.#train(
      "retrained",
      retrained,
      { champion: this.#inUse.model, source },
      "Drift starts a retraining",
    );
    const promoted =
      model.refused === undefined &&
      (await this.#canary(
        "retrained challenger",
        "Changed traffic, 90 to 10",
        model,
        this.#heldOut(model),
      ));
    if (retrained.meantToWin)
      this.#expect(
        "the retrained model is promoted",
        promoted,
        promoted ? "promoted" : "not promoted",
      );
    await this.#explain();
  }

  async #unfair(): Promise<void> {
    const source = join(this.stage.options.work, "changed.csv");
    const { unfair } = this.scenario;
    if (unfair === undefined) return;
    const model = await this.#train(
      "unfair",
      unfair,
      {
        champion: this.#inUse.model,
        folder: unfair.folder,
        ...(this.#models.some(({ name }) => name === "retrained") && { source }),
      },
      "A challenger made worse for one group",
    );
    const step = model.refused?.step;
    this.#expect(
      "a challenger made worse for one group is refused by the audit",
      step === "audit",
      step === undefined ? "released" : `refused by ${step}`,
    );
  }

  async #faults(): Promise<void> {
    const objective = latencyMilliseconds(this.#contract.slos.latencyP99);
    const traffic = this.#heldOut(this.#inUse.model);
    const slow: Fault = { kind: "delay", share: 0.3, milliseconds: 2 * objective };
    // Well beyond what the contract tolerates of a release, so that a loose objective does not make
    // the fault a pass.
    const errs: Fault = {
      kind: "error",
      share: Math.min(1, 5 * errorRatioLimit(this.#contract)),
      status: 503,
    };
    for (const [name, title, fault] of [
      [
        "slow challenger",
        `The same release behind a path that delays 30% of its requests by ${slow.milliseconds} ms`,
        slow,
      ],
      [
        "failing challenger",
        `The same release behind a path that fails ${Number((100 * errs.share).toFixed(1))}% of its requests`,
        errs,
      ],
    ] as const) {
      const promoted = await this.#canary(name, title, this.#inUse.model, traffic, fault);
      const action = this.#trials[this.#trials.length - 1]?.looks.slice(-1)[0]?.verdict.action;
      this.#expect(
        `the ${name} is rolled back`,
        action === "roll back",
        promoted ? "promoted" : (action ?? "nothing"),
      );
    }
  }

  get #inUse(): Live {
    if (!this.#live) throw new Error("nothing is in use yet");
    return this.#live;
  }

  async #train(
    name: string,
    recipe: Recipe,
    options: TrainingOptions,
    title: string,
  ): Promise<TrainedModel> {
    const model = await this.stage.options.progress.chapter(
      title,
      "train",
      () => this.stage.train(name, recipe, options),
      ({ refused, version, evaluation }) =>
        refused
          ? {
              outcome: `refused by ${refused.step}: ${refused.gates.map(({ gate, value, min, max }) => `${gate} ${value?.toFixed(3) ?? "unknown"}, ${min === undefined ? `at most ${max}` : `at least ${min}`}`).join("; ")}`,
              tone: "bad",
              inUse: this.#live?.version,
            }
          : {
              outcome: `version ${version}: ${Object.entries(evaluation.metrics)
                .filter(([metric]) => metric === "auc" || metric === "accuracy")
                .map(([metric, { value }]) => `${metric} ${value.toFixed(3)}`)
                .join(", ")}`,
              tone: "good",
              inUse: this.#live?.version,
            },
    );
    this.#models.push(model);
    await this.#ledger.trained(name, this.stage.runOf(name));
    return model;
  }

  async #goLive(model: TrainedModel): Promise<Live> {
    this.#live = { model, ...(await this.stage.serve(model)) };
    return this.#live;
  }

  /** Whether the challenger is in use afterwards. */
  async #canary(
    name: string,
    title: string,
    model: TrainedModel,
    applications: readonly Application[],
    fault?: Fault,
  ): Promise<boolean> {
    const challenger = await this.stage.serve(model);
    const options = {
      name,
      contract: this.#contract,
      champion: this.#inUse,
      challenger,
      applications,
      seed: this.stage.options.seed,
      share: canaryWeights[0] / 100,
      minimumRequests: paces.prod.minimumRequests,
      ...this.size,
      ...(fault && { fault }),
    };
    const trial = await this.stage.options.progress.chapter(
      title,
      "trial",
      () => runTrial(options),
      (done) => this.#verdictOf(done),
    );
    this.#trials.push(trial);
    await this.#ledger.tried(trial, model);
    const promoted = trial.looks[trial.looks.length - 1]?.verdict.action === "promote";
    if (promoted) this.#live = { model, ...challenger };
    else await challenger.server.stop();
    return promoted;
  }

  #verdictOf({ looks, challenger, affected }: Trial): {
    outcome: string;
    tone: "good" | "bad" | "plain";
    inUse: string | undefined;
  } {
    const last = looks[looks.length - 1];
    const action = last?.verdict.action ?? "continue";
    const said = `${action} at look ${looks.length}, ${last?.challenger.requests ?? 0} requests on the challenger${affected > 0 ? `, ${affected} affected` : ""}: ${last?.verdict.reason ?? ""}`;
    return {
      outcome: said,
      tone: action === "promote" ? "good" : action === "roll back" ? "bad" : "plain",
      inUse: action === "promote" ? challenger : this.#live?.version,
    };
  }

  async #window(
    name: string,
    title: string,
    applications: readonly Application[],
  ): Promise<DriftWindow> {
    const window = await this.stage.options.progress.chapter(
      title,
      "drift",
      () => driftWindow(name, this.#contract, this.#inUse, applications),
      (done) => ({
        outcome: `${found(done)} of ${done.drift?.length ?? 0} drifted in ${done.rows} applications, accuracy ${done.accuracy.value.toFixed(3)}`,
        tone: found(done) > 0 ? "bad" : "good",
        inUse: this.#live?.version,
      }),
    );
    this.#windows.push(window);
    return window;
  }

  #heldOut(model: TrainedModel): Application[] {
    return applicationsOf(
      readTable(join(this.stage.runOf(model.name), "prepare", "holdout.csv")),
      this.#contract,
    );
  }

  /**
   * Asks the server in use why it declines the first held-out application that the champion
   * declines.
   */
  async #explain(): Promise<void> {
    const { server } = this.#inUse;
    const path = `/v2/models/${this.#contract.name}/explain`;
    for (const { features } of applicationsOf(
      readTable(join(this.stage.runOf("champion"), "prepare", "holdout.csv")),
      this.#contract,
    )) {
      const { body } = await server.connection.post(path, { features });
      const explanation = explanationSchema.parse(body);
      if (
        this.#explanations.length > 0 ||
        explanation.label === this.#contract.target.negativeLabel
      )
        return void this.#explanations.push(explanation);
    }
  }

  #expect(expected: string, met: boolean, what: string): void {
    this.#expectations.push({ expected, found: what, met });
  }
}

const explanationSchema = z.object({
  version: z.string(),
  label: z.string(),
  score: z.number(),
  expected: z.number(),
  logOdds: z.number(),
  contributions: z.array(z.object({ feature: z.string(), contribution: z.number() })),
});

function found({ drift }: DriftWindow): number {
  return drift?.filter((feature) => feature.drifted).length ?? 0;
}
