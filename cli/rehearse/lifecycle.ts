import { join } from "node:path";
import { z } from "zod";
import { wrongAnswers } from "../../infra/gates/labels";
import { paces } from "../../infra/gates/pace";
import { falseRollback } from "../../infra/gates/sequential";
import { driftOf } from "../../infra/observability/drift";
import { wilsonInterval } from "../../infra/observability/performance";
import { canaryWeights } from "../../infra/serving/steps";
import type { Contract } from "../../services/contract/contract";
import { metrics } from "../../services/contract/metrics";
import { RehearsalLedger } from "./ledger";
import type {
  Chapter,
  DriftWindow,
  Expectation,
  OneExplanation,
  Rehearsal,
  TrainedModel,
  Trial,
} from "./result";
import { Router, type Fault } from "./router";
import { applicationsOf, readTable, type Application } from "./rows";
import type { Recipe, Scenario } from "./scenarios/scenario";
import { binsOf, serverCounts } from "./scrape";
import { sendAll } from "./traffic";
import { runTrial, type Served } from "./trial";
import type { TrainingOptions, Workspace } from "./workspace";

/** Requests between two looks, and most looks at one challenger. */
export interface Size {
  readonly requestsPerLook: number;
  readonly looks: number;
}

interface Live extends Served {
  readonly model: TrainedModel;
}

/** Requests to a version on trial. */
export interface Traffic {
  readonly title: string;
  readonly applications: readonly Application[];
  readonly fault?: Fault;
}

/** The model in use, what was done to it, and what was found: what the chapters share. */
export class Lifecycle {
  readonly #models: TrainedModel[] = [];
  readonly #trials: Trial[] = [];
  readonly #windows: DriftWindow[] = [];
  readonly #explanations: OneExplanation[] = [];
  readonly #expectations: Expectation[] = [];
  #live: Live | undefined;
  readonly #ledger: RehearsalLedger;

  constructor(
    readonly workspace: Workspace,
    readonly scenario: Scenario,
    readonly size: Size,
  ) {
    const { work, contract } = workspace.options;
    this.#ledger = new RehearsalLedger(join(work, "ledger.jsonl"), contract.name);
  }

  get contract(): Contract {
    return this.workspace.options.contract;
  }

  /** The version in use. Throws Error before there is one. */
  get inUse(): Live {
    if (!this.#live) throw new Error("nothing is in use yet");
    return this.#live;
  }

  /** Everything that was found so far. */
  result(): Rehearsal {
    const { seed, progress } = this.workspace.options;
    const { name, purpose, release, drift, slos } = this.contract;
    const { shift } = this.scenario;
    const looked = this.#trials.map(({ looks }) => looks.at(-1));
    const inTrials = looked.map((look) =>
      look ? look.champion.predictions + look.challenger.predictions : 0,
    );
    const inWindows = this.#windows.map(({ rows }) => rows);
    return {
      model: name,
      purpose,
      seed,
      channel: release.channel,
      ...(shift && { shift: { title: shift.title, text: shift.text } }),
      limits: {
        latencyMilliseconds: slos.latencyP99,
        falseRollback,
        driftSignificance: drift.significance,
        minimumRequests: paces.prod.minimumRequests,
      },
      models: this.#models,
      trials: this.#trials,
      windows: this.#windows,
      explanations: this.#explanations,
      chapters: progress.chapters,
      expectations: this.#expectations,
      requests: [...inTrials, ...inWindows].reduce((sum, count) => sum + count, 0),
      seconds: progress.seconds,
    };
  }

  /** Notes what the scenario was meant to show, and whether it came so. */
  expect(expected: string, met: boolean, found: string): void {
    this.#expectations.push({ expected, found, met });
  }

  /** Trains a model; a refusal by a gate is a result. */
  async train(
    name: string,
    recipe: Recipe,
    options: TrainingOptions,
    title: string,
  ): Promise<TrainedModel> {
    const model = await this.workspace.options.progress.chapter(
      title,
      "train",
      async () => {
        const attempt = await this.#ledger.attempt(name, options.champion);
        return this.workspace.train(name, recipe, { ...options, attempt });
      },
      (trained) => ({ ...trainingOutcome(trained), inUse: this.#live?.version }),
    );
    this.#models.push(model);
    await this.#ledger.trained(name, this.workspace.runOf(name));
    return model;
  }

  /** Serves the first champion. */
  async serve(model: TrainedModel): Promise<void> {
    await this.workspace.options.progress.chapter(
      "Serve the champion",
      "serve",
      async () => (this.#live = { model, ...(await this.workspace.serve(model)) }),
      ({ version, server }) => ({
        outcome: `version ${version} listens after ${server.startMilliseconds} ms`,
        tone: "good",
        inUse: version,
      }),
    );
  }

  /** Tries a challenger; whether it is in use afterwards. */
  async canary(name: string, model: TrainedModel, traffic: Traffic): Promise<boolean> {
    const challenger = await this.workspace.serve(model);
    const { title, applications, fault } = traffic;
    const options = {
      name,
      contract: this.contract,
      champion: this.inUse,
      challenger,
      applications,
      seed: this.workspace.options.seed,
      share: canaryWeights[0] / 100,
      pace: { ...paces.prod, regions: 1 },
      ...this.size,
      ...(fault && { fault }),
    };
    const trial = await this.workspace.options.progress.chapter(
      title,
      "trial",
      () => runTrial(options),
      (done) => trialOutcome(done, this.#live?.version),
    );
    this.#trials.push(trial);
    await this.#ledger.tried(trial, model);
    const promoted = trial.looks.at(-1)?.verdict.action === "promote";
    if (promoted) this.#live = { model, ...challenger };
    else await challenger.server.stop();
    return promoted;
  }

  /** What ended the last trial. */
  lastAction(): string {
    return this.#trials.at(-1)?.looks.at(-1)?.verdict.action ?? "nothing";
  }

  /** Sends each application once to the version in use, and judges drift by what it counted. */
  async window(
    name: string,
    title: string,
    applications: readonly Application[],
  ): Promise<DriftWindow> {
    const window = await this.workspace.options.progress.chapter(
      title,
      "drift",
      () => driftWindow(name, this.contract, this.inUse, applications),
      (done) => ({
        outcome: `${drifted(done)} of ${done.drift.length} drifted in ${done.rows} applications, accuracy ${done.accuracy.value.toFixed(3)}`,
        tone: drifted(done) > 0 ? "bad" : "good",
        inUse: this.#live?.version,
      }),
    );
    this.#windows.push(window);
    return window;
  }

  /** Held-out applications of a model. */
  heldOut(model: string): Application[] {
    const file = join(this.workspace.runOf(model), "prepare", "holdout.csv");
    return applicationsOf(readTable(file), this.contract);
  }

  /**
   * Asks the server in use why it declines the first held-out application that the champion
   * declines.
   */
  async explain(): Promise<void> {
    const path = `/v2/models/${this.contract.name}/explain`;
    for (const { features } of this.heldOut("champion")) {
      const { body } = await this.inUse.server.connection.post(path, { features });
      const explanation = explanationSchema.parse(body);
      const declined = explanation.label === this.contract.target.negativeLabel;
      if (this.#explanations.length > 0 || declined)
        return void this.#explanations.push(explanation);
    }
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

/** Features of a window that have drifted, the score included. */
export function drifted({ drift }: DriftWindow): number {
  return drift.filter((feature) => feature.drifted).length;
}

function trainingOutcome({
  refused,
  version,
  evaluation,
}: TrainedModel): Pick<Chapter, "outcome" | "tone"> {
  if (refused) {
    const gates = refused.gates.map(({ gate, value, min, max }) => {
      const limit = min === undefined ? `at most ${max}` : `at least ${min}`;
      return `${gate} ${value?.toFixed(3) ?? "unknown"}, ${limit}`;
    });
    return { outcome: `refused by ${refused.step}: ${gates.join("; ")}`, tone: "bad" };
  }
  const shown = Object.entries(evaluation.metrics)
    .filter(([metric]) => metric === "auc" || metric === "accuracy")
    .map(([metric, { value }]) => `${metric} ${value.toFixed(3)}`);
  return { outcome: `version ${version}: ${shown.join(", ")}`, tone: "good" };
}

function trialOutcome(
  { looks, challenger, affected }: Trial,
  inUse: string | undefined,
): Pick<Chapter, "outcome" | "tone" | "inUse"> {
  const last = looks.at(-1);
  const action = last?.verdict.action ?? "continue";
  const seen = `${last?.challenger.predictions ?? 0} predictions of the challenger`;
  const touched = affected > 0 ? `, ${affected} affected` : "";
  return {
    outcome: `${action} at look ${looks.length}, ${seen}${touched}: ${last?.verdict.reason ?? ""}`,
    tone: action === "promote" ? "good" : action === "roll back" ? "bad" : "plain",
    inUse: action === "promote" ? challenger : inUse,
  };
}

/** Sends each application once, then judges the window by what the server counted. */
async function driftWindow(
  name: string,
  contract: Contract,
  { server, version, count }: Served,
  applications: readonly Application[],
): Promise<DriftWindow> {
  const before = await server.scrape();
  const router = new Router({
    champion: server.connection.post,
    share: 0,
    trial: name,
    objectiveMilliseconds: contract.slos.latencyP99,
    onAnswer: (_, status, milliseconds) => count?.(status, milliseconds),
  });
  await sendAll(
    router,
    contract.name,
    applications.map((application, i) => ({ subject: `${name}-${i}`, application })),
  );
  const counted = (await server.scrape()).since(before);
  const { outcomes } = serverCounts(counted, counted, contract, version);
  const { events: wrong, trials } = wrongAnswers("accuracy", outcomes);
  return {
    name,
    version,
    rows: counted.sum(metrics.predictions),
    drift: driftOf(contract, binsOf(counted, contract)),
    accuracy: {
      value: (trials - wrong) / trials,
      interval: wilsonInterval(trials - wrong, trials),
    },
  };
}
