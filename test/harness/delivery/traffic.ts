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

/** What is not said of callers. */
const usual = { predictionsPerSecond: 15, labelAfterSeconds: 1 } as const;
/** Predictions a second once a release has ended: what others measure needs the machine. */
const idlePerSecond = 2;
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
    this.#every(this.options.callers?.predictionsPerSecond ?? usual.predictionsPerSecond);
  }

  /** Leaves few callers. */
  calm(): void {
    this.stop();
    this.#every(idlePerSecond);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #every(perSecond: number): void {
    this.#timer = setInterval(() => void this.#one(), 1_000 / perSecond);
  }

  #applicant(): Application | undefined {
    const { applications, random } = this.options;
    return applications[Math.floor(random() * applications.length)];
  }

  async #one(): Promise<void> {
    const {
      mesh,
      model,
      callers: { subjects, wrongAfterSeconds, labelled } = {},
      random,
    } = this.options;
    const [application, another] = [this.#applicant(), this.#applicant()];
    if (application === undefined || another === undefined || this.#inFlight >= MOST_IN_FLIGHT)
      return;
    this.#inFlight += 1;
    this.#sent += 1;
    // The cube lets one subject of five hundred send an eighth of the requests.
    const subject = `${model}-${subjects === undefined ? this.#sent : Math.floor(random() ** 3 * subjects)}`;
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
        bodyFor: ({ fault }) => ({ features: distorted(fault, application, another), subject }),
      });
      if (subjects !== undefined && wholeHalf && pod !== undefined)
        this.arms.note(headers[subjectHeader], pod.labels[versionHashLabel] ?? "");
      const [id, label] = ["predictionId", "label"].map((key): unknown =>
        typeof answer.body === "object" && answer.body !== null
          ? Reflect.get(answer.body, key)
          : undefined,
      );
      const wrong = label !== application.label;
      if (answer.status < 500 && typeof id !== "string")
        this.refused = `${answer.status} ${JSON.stringify(answer.body)}`;
      if (typeof id === "string" && (labelled?.some((one) => one === label) ?? true))
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
          1_000 * ((wrong ? wrongAfterSeconds : undefined) ?? usual.labelAfterSeconds),
        ).unref();
    } finally {
      this.#inFlight -= 1;
    }
  }
}
