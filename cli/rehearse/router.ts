import { setTimeout as sleep } from "node:timers/promises";
import { feedbackPath, predictionHeader } from "../../services/contract/feedback";
import { overloadedCode } from "../../services/contract/metrics";
import { fractionOf } from "./random";

/** An answer as the caller sees it. */
export interface Answer {
  readonly status: number;
  /** Undefined when no server answered. */
  readonly body: unknown;
}

/** Sends one request to one version's server. */
export type Upstream = (
  path: string,
  body: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

/** A fault that is injected on the path to the challenger, here in the router, never in the server. */
export type Fault =
  | { readonly kind: "delay"; readonly share: number; readonly milliseconds: number }
  | { readonly kind: "error"; readonly share: number; readonly status: number };

export type ArmName = "champion" | "challenger";

/** Predictions of a version, as the proxy in front of it counts them. */
export interface ProxyCounts {
  predictions: number;
  /** Those that the caller saw fail with a server error. */
  failures: number;
  /** Those of the failures that no server answered: a fault, or a connection that broke. */
  unanswered: number;
  /**
   * Those that were answered with success or turned away because there were too many, and those of
   * them that were turned away or later than the objective.
   */
  answers: number;
  lateAnswers: number;
  /** Those that the injected fault touched. */
  touched: number;
  /** Milliseconds of each answer, as the caller waited for it. */
  readonly milliseconds: number[];
}

export interface RouterOptions {
  readonly champion: Upstream;
  readonly challenger?: Upstream;
  /** Share of the subjects that the challenger gets, 0 to 1. */
  readonly share: number;
  /** Tells trials apart, so that a subject is not the challenger's in all of them. */
  readonly trial: string;
  /** Milliseconds above which an answer counts as late. */
  readonly objectiveMilliseconds: number;
  readonly fault?: Fault;
  /** Called with every answer: its version, status and how long the caller waited. @default nothing */
  readonly onAnswer?: (arm: ArmName, status: number, milliseconds: number) => void;
}

/**
 * Does in this process what the mesh does in a cluster: splits requests between two versions by a
 * hash of the subject, so that a subject keeps its version, and counts answers as the proxies would.
 */
export class Router {
  readonly counts: Readonly<Record<ArmName, ProxyCounts>> = {
    champion: none(),
    challenger: none(),
  };
  #share: number;

  constructor(readonly options: RouterOptions) {
    this.#share = options.share;
  }

  /** The version that a subject gets. */
  armOf(subject: string): ArmName {
    return this.options.challenger !== undefined &&
      fractionOf(`${this.options.trial}|${subject}`) < this.#share
      ? "challenger"
      : "champion";
  }

  /** Gives the challenger nothing more. */
  rollBack(): void {
    this.#share = 0;
  }

  /** Routes one prediction and counts it. */
  async send(
    subject: string,
    path: string,
    body: unknown,
  ): Promise<{ readonly arm: ArmName; readonly answer: Answer }> {
    const arm = this.armOf(subject);
    const counts = this.counts[arm];
    const from = performance.now();
    const touched = arm === "challenger" && this.#touches(subject);
    const answer = await this.#through(arm, touched, path, body);
    const milliseconds = performance.now() - from;
    this.options.onAnswer?.(arm, answer.status, milliseconds);
    counts.predictions += 1;
    counts.milliseconds.push(milliseconds);
    if (touched) counts.touched += 1;
    if (isTurnedAway(answer)) {
      counts.failures += 1;
      counts.answers += 1;
      counts.lateAnswers += 1;
    } else if (answer.status >= 500) {
      counts.failures += 1;
      if (answer.body === undefined) counts.unanswered += 1;
    } else {
      counts.answers += 1;
      if (milliseconds > this.options.objectiveMilliseconds) counts.lateAnswers += 1;
    }
    return { arm, answer };
  }

  /**
   * Sends the label of a prediction to the version that made it; labels are not part of what the
   * proxies are judged by.
   */
  feedback(arm: ArmName, model: string, predictionId: string, body: unknown): Promise<Answer> {
    return this.#upstream(arm)(feedbackPath(model), body, { [predictionHeader]: predictionId });
  }

  #touches(subject: string): boolean {
    const { fault, trial } = this.options;
    return fault !== undefined && fractionOf(`fault|${trial}|${subject}`) < fault.share;
  }

  async #through(arm: ArmName, touched: boolean, path: string, body: unknown): Promise<Answer> {
    const { fault } = this.options;
    if (touched && fault?.kind === "error") return { status: fault.status, body: undefined };
    if (touched && fault?.kind === "delay") await sleep(fault.milliseconds);
    return this.#upstream(arm)(path, body);
  }

  #upstream(arm: ArmName): Upstream {
    return arm === "challenger" && this.options.challenger
      ? this.options.challenger
      : this.options.champion;
  }
}

function isTurnedAway({ body }: Answer): boolean {
  return (
    typeof body === "object" && body !== null && "code" in body && body.code === overloadedCode
  );
}

function none(): ProxyCounts {
  return {
    predictions: 0,
    failures: 0,
    unanswered: 0,
    answers: 0,
    lateAnswers: 0,
    touched: 0,
    milliseconds: [],
  };
}
