import { feedbackPath, predictionHeader } from "../../../services/contract/feedback";
import { subjectHeader } from "../../../infra/serving/routing";
import { fractionOf } from "../../../cli/rehearse/random";
import type { Application } from "../../../cli/rehearse/rows";
import { Arms } from "./arms";
import { distorted, worthOf } from "./faults";
import type { Mesh } from "./mesh";
import type { Callers } from "./platform";
import { modelPath, versionHashLabel } from "../../../infra/kubernetes/model-objects";

export interface TrafficOptions {
  readonly mesh: Mesh;
  readonly model: string;
  readonly applications: readonly Application[];
  readonly callers?: Callers | undefined;
  readonly random: () => number;
}

/** Predictions for a model and second where its callers are not said; as many labels follow. */
const predictionsPerSecond = 15;
/** Milliseconds from an answer to its true label. */
const LABEL_DELAY_MS = 1_000;
/** Requests in flight above which a caller waits. */
const MOST_IN_FLIGHT = 50;

/**
 * Applicants of one model: a prediction each, and its true label a moment later, both by way of the
 * mesh.
 */
export class Traffic {
  #timer: NodeJS.Timeout | undefined;
  #sent = 0;
  #inFlight = 0;
  /** Who got which version in an A/B test. */
  readonly arms = new Arms();
  /** Answers that were neither a prediction nor a server error. */
  refused: string | undefined;

  constructor(private readonly options: TrafficOptions) {}

  start(): void {
    this.#timer = setInterval(
      () => void this.#one(),
      1_000 / (this.options.callers?.predictionsPerSecond ?? predictionsPerSecond),
    );
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #one(): Promise<void> {
    const { mesh, model, applications, callers, random } = this.options;
    const application = applications[Math.floor(random() * applications.length)];
    if (application === undefined || this.#inFlight >= MOST_IN_FLIGHT) return;
    this.#inFlight += 1;
    this.#sent += 1;
    // The cube lets one subject of five hundred send an eighth of the requests.
    const subject = `${model}-${callers === undefined ? this.#sent : Math.floor(random() ** 3 * callers.subjects)}`;
    // The header stands for the keyed hash that the gateway sets: its first digit decides the arm
    // of an A/B test.
    const headers = {
      [subjectHeader]: Math.floor(fractionOf(subject) * 2 ** 32)
        .toString(16)
        .padStart(8, "0"),
    };
    try {
      const wholeHalf = mesh.share(modelPath(model)) === 100;
      const { answer, pod } = await mesh.send({
        path: `${modelPath(model)}/predict`,
        headers,
        bodyFor: ({ fault }) => ({ features: distorted(fault, application), subject }),
      });
      if (callers !== undefined && wholeHalf && pod !== undefined)
        this.arms.note(headers[subjectHeader], pod.labels[versionHashLabel] ?? "");
      const id: unknown =
        typeof answer.body === "object" && answer.body !== null
          ? Reflect.get(answer.body, "predictionId")
          : undefined;
      if (answer.status < 500 && typeof id !== "string")
        this.refused = `${answer.status} ${JSON.stringify(answer.body)}`;
      if (typeof id === "string")
        setTimeout(
          () =>
            void mesh.send({
              path: feedbackPath(model),
              headers: { ...headers, [predictionHeader]: id },
              bodyFor: () => ({
                label: application.label,
                groups: application.groups,
                value: worthOf(pod?.fault, random),
              }),
            }),
          LABEL_DELAY_MS,
        ).unref();
    } finally {
      this.#inFlight -= 1;
    }
  }
}
