import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Contract } from "../../services/contract/contract";
import { feedbackPath, predictionHeader } from "../../services/contract/feedback";
import { Loopback } from "../../cli/rehearse/http";
import type { Answer } from "../../cli/rehearse/router";
import type { Application } from "../../cli/rehearse/rows";
import type { ModelServer } from "../../cli/rehearse/servers";
import { postLate } from "./late";
import { poisson, rateAt, type Minute } from "./calendar";
import { usual, type Effects, type Scenario } from "./events";
import { normal, ProxyCounters } from "./proxy";

/** A true label on its way. */
interface Label {
  readonly predictionId: string;
  readonly label: string;
  readonly groups: Application["groups"];
  readonly value: number;
}

/** Somebody who applies, with everything about them that is drawn. */
interface Applicant {
  readonly features: Application["features"];
  readonly label: string;
  readonly groups: Application["groups"];
  /** Milliseconds that the answer is held up. */
  readonly wait: number;
  /** What an approval would be worth. */
  readonly value: number;
  /** Minutes until the label comes. */
  readonly arrives: number;
}

const predicted = z.object({ predictionId: z.string(), label: z.string() });

/**
 * Minutes from a prediction to its label: at least an hour, six and a half on average, a day at
 * most.
 */
const delay = { least: 60, mean: 330, most: 1_440 } as const;

/**
 * What decisions are worth, in thousand dollars: an approval that was right or wrong, and the
 * spread of either.
 */
const worth = { good: 3, bad: -12, spread: 1.5 } as const;

/** How a request is sent. */
interface Sending {
  /** Milliseconds that the answer is held up. */
  readonly wait?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Times that one request is sent. */
const mostAttempts = 20;

export interface TrafficOptions {
  readonly contract: Contract;
  readonly server: ModelServer;
  readonly applications: readonly Application[];
  /** Applications on a usual Wednesday. */
  readonly perDay: number;
  readonly random: () => number;
  /** Absent in the clean weeks. */
  readonly scenario?: Scenario;
}

/** Applicants of one simulated stretch of time, their labels, and the proxy that counts them. */
export class Traffic {
  readonly #pending = new Map<Minute, Label[]>();
  readonly #proxy: ProxyCounters;
  readonly #counters: Loopback;
  sent = 0;
  labelled = 0;

  constructor(readonly options: TrafficOptions) {
    this.#proxy = new ProxyCounters(options.contract.name);
    this.#counters = new Loopback(options.server.ports.metrics);
  }

  close(): void {
    this.#counters.close();
  }

  /** Labels that are still on their way, for traffic that goes on from here with another server. */
  handOver(to: Traffic): void {
    for (const [minute, labels] of this.#pending) to.#pending.set(minute, [...labels]);
  }

  /**
   * Everything that arrives in one minute; `since` counts from the start of the scenario. Resolves
   * with what the scrapes at its end show.
   */
  async minute(minute: Minute, since: Minute): Promise<string> {
    const effects = this.#effects(since);
    const { perDay, random } = this.options;
    const applicants = Array.from(
      { length: poisson(rateAt(minute, perDay) * effects.traffic, random) },
      () => this.#applicant(effects),
    );
    const due = this.#pending.get(minute) ?? [];
    this.#pending.delete(minute);
    await Promise.all([
      ...applicants.map((applicant) => this.#apply(minute, applicant)),
      ...due.map((label) => this.#feedBack(label)),
    ]);
    return (await this.#counters.get("/metrics")) + this.#proxy.text();
  }

  #effects(since: Minute): Effects {
    const now = (this.options.scenario?.events ?? []).filter(
      ({ from, to }) => since >= from && since < to,
    );
    return Object.assign({}, usual, ...now.map(({ from, effects }) => effects(since - from)));
  }

  /**
   * Everything that is drawn is drawn here, in one order, so that a seed gives the same week
   * however the answers come in.
   */
  #applicant({ passOver, features, flip, gain, late }: Effects): Applicant {
    const { applications, random, contract } = this.options;
    const { positiveLabel, negativeLabel } = contract.target;
    const draw = (): Application => {
      const application = applications[Math.floor(random() * applications.length)];
      if (!application) throw new RangeError("no applications to draw from");
      return random() < passOver(application) ? draw() : application;
    };
    const application = draw();
    const flipped = random() < flip(application);
    const other = application.label === positiveLabel ? negativeLabel : positiveLabel;
    const label = flipped ? other : application.label;
    const wait = random() < late.share ? late.milliseconds : 0;
    this.#proxy.count(200, wait, random);
    const worthOf = label === positiveLabel ? worth.good * gain : worth.bad;
    const arrives = Math.min(
      delay.most,
      delay.least - Math.round((delay.mean - delay.least) * Math.log(1 - random())),
    );
    return {
      features: features(application, random),
      label,
      groups: application.groups,
      wait,
      value: worthOf + worth.spread * normal(random),
      arrives,
    };
  }

  async #apply(
    minute: Minute,
    { features, label, groups, wait, value, arrives }: Applicant,
  ): Promise<void> {
    const { contract } = this.options;
    const answer = await this.#send(
      `/v2/models/${contract.name}/predict`,
      { features, subject: randomUUID() },
      { wait },
    );
    if (answer.status !== 200)
      throw new Error(
        `a real row was refused with ${answer.status}: ${JSON.stringify(answer.body)}`,
      );
    const { predictionId, label: decision } = predicted.parse(answer.body);
    // Whom the decision is about is reported at once; whether it was right is known later, if ever.
    await this.#report({ predictionId, groups });
    // Who is declined costs and earns nothing.
    const earned = decision === contract.target.positiveLabel ? value : 0;
    const at = minute + arrives;
    this.#pending.set(at, [
      ...(this.#pending.get(at) ?? []),
      { predictionId, label, groups, value: earned },
    ]);
    this.sent += 1;
  }

  /**
   * Sends, and again a little later where the server sheds, as it asks callers to: a busy machine
   * is no event of the week.
   */
  async #send(
    path: string,
    body: unknown,
    { wait = 0, headers = {} }: Sending = {},
  ): Promise<Answer> {
    const { server } = this.options;
    for (let attempt = 1; ; attempt += 1) {
      const answer = await (wait > 0
        ? postLate(server.ports.http, path, body, wait)
        : server.connection.post(path, body, headers));
      if (answer.status < 500 || attempt === mostAttempts) return answer;
      await sleep(50 * attempt);
    }
  }

  async #feedBack(label: Label): Promise<void> {
    await this.#report(label);
    this.labelled += 1;
  }

  async #report({
    predictionId,
    ...report
  }: Pick<Label, "predictionId" | "groups">): Promise<void> {
    const { contract } = this.options;
    const answer = await this.#send(feedbackPath(contract.name), report, {
      headers: { [predictionHeader]: predictionId },
    });
    if (answer.status !== 200)
      throw new Error(`a report was refused with ${answer.status}: ${JSON.stringify(answer.body)}`);
  }
}
